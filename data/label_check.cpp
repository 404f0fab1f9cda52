#include "data/label_check.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cmath>

namespace dk::data {

namespace {

bool is_class(float x, std::size_t classes) {
  return x >= 0 && x < static_cast<float>(classes) && std::floor(x) == x;
}

bool fits(float x, const label_part& part) {
  switch (part.range) {
  case label_range::any:
    return true;
  case label_range::from_zero:
    return x >= 0;
  case label_range::not_zero:
    return x != 0;
  case label_range::probability:
  case label_range::distribution:
    return x >= 0 && x <= 1;
  case label_range::one_hot:
    return x == 0 || x == 1;
  case label_range::side:
    return x == -1 || x == 0 || x == 1;
  case label_range::class_number:
    break;
  }
  return is_class(x, part.classes);
}

std::string expected(const label_part& part) {
  switch (part.range) {
  case label_range::from_zero:
    return "a number of at least 0";
  case label_range::not_zero:
    return "a number that is not 0";
  case label_range::probability:
    return "a number from 0 to 1";
  case label_range::distribution:
    return "numbers from 0 to 1 that sum to 1";
  case label_range::one_hot:
    return "a single 1 and zeros";
  case label_range::side:
    return "-1 or 1, or in all rows 0 or 1";
  case label_range::any:
  case label_range::class_number:
    break;
  }
  return "a whole number from 0 to " + std::to_string(part.classes - 1);
}

std::string advice(const label_part& part) {
  switch (part.range) {
  case label_range::class_number:
    return "correct it, or give the model more outputs";
  case label_range::probability:
    return "correct it (two classes are 0 and 1), or take another loss";
  case label_range::distribution:
  case label_range::one_hot:
    return "correct it; of rows with several classes take binary_crossentropy";
  default:
    return "correct it, or take another loss";
  }
}

[[noreturn]] void refuse(const label_part& part, const dataset& rows, std::uint64_t row, const std::string& found) {
  const auto by = part.range == label_range::class_number ? "" : " for " + part.loss;
  throw failure{errc::data, (rows.origin.empty() ? "" : rows.origin + ": ") + "row " + std::to_string(row) +
                                " (the first is 0) has the label " + found + ", expected " + expected(part) + by +
                                "; " + advice(part)};
}

std::string at_place(float value, const label_part& part, std::size_t place) {
  return shortest(value) + (part.width == 1 ? "" : " (number " + std::to_string(place) + ", the first is 0)");
}

// Of numbers that each are in their range.
void check_sum(const float* label, const label_part& part, const dataset& rows, std::uint64_t row) {
  constexpr double tolerance = 0.01; // of numbers that were rounded to two digits
  double sum = 0;
  for (std::size_t i = 0; i < part.width; ++i)
    sum += static_cast<double>(label[i]);
  if (std::abs(sum - 1) > (part.range == label_range::one_hot ? 0 : tolerance))
    refuse(part, rows, row, "whose numbers sum to " + shortest(static_cast<float>(sum)));
}

} // namespace

void label_checker::see(const dataset& rows) {
  if (rows.label_width == 0)
    throw failure{errc::data,
                  (rows.origin.empty() ? "" : rows.origin + ": ") + "has no labels; name them in the data source"};
  if (std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return part.range == label_range::any; }))
    return;
  constexpr std::size_t together = 4096;
  for (std::size_t first = 0; first < rows.rows; first += together) {
    const auto count = std::min(together, rows.rows - first);
    const row_view some{rows, first, count};
    for (std::size_t i = 0; i < count; ++i)
      see_row(some.labels() + i * rows.label_width, rows, rows.numbers[first + i]);
  }
}

void label_checker::see_row(const float* label, const dataset& rows, std::uint64_t row) {
  for (const auto& part : parts_) {
    for (std::size_t i = 0; i < part.width; ++i) {
      const auto x = label[i];
      bool fit = fits(x, part);
      if (part.range == label_range::side && (x == 0 || x == -1)) {
        fit = fit && from_zero_.value_or(x == 0) == (x == 0);
        from_zero_ = from_zero_.value_or(x == 0);
      }
      if (!fit)
        refuse(part, rows, row, at_place(x, part, i));
    }
    if (part.range == label_range::distribution || part.range == label_range::one_hot)
      check_sum(label, part, rows, row);
    label += part.width;
  }
}

} // namespace dk::data
