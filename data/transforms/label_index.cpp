// label_index: the place of the greatest number of each cell (the first of several), as the model's outputs or a
// one_hot label have it; `classes`, where given, is how many numbers a cell must have. dist-keras's
// LabelIndexTransformer. A column of one number a row is class numbers already: they are checked to be whole, and below
// `classes`.

#include "common/error.hpp"
#include "data/transforms/transform.hpp"

#include <algorithm>
#include <cmath>

namespace dk::data {

namespace {

std::int32_t greatest(const column& from, const float* cells, std::size_t row, std::size_t wide) {
  const auto* const first = cells + row * wide;
  for (std::size_t i = 0; i < wide; ++i)
    if (std::isnan(first[i]))
      throw failure{errc::data, place(from, row * wide + i) +
                                    " holds nan, which is not greater or less than the others; "
                                    "correct it or remove the row"};
  return static_cast<std::int32_t>(std::max_element(first, first + wide) - first);
}

std::int32_t checked(const column& from, double value, std::size_t row, double classes) {
  if (!(value >= 0 && value < classes) || std::floor(value) != value)
    throw failure{errc::data, place(from, row) + " holds " + shortest(value) + ", expected a whole number from 0 to " +
                                  shortest(classes - 1) + "; correct it or raise `classes`"};
  return static_cast<std::int32_t>(value);
}

std::vector<std::int32_t> indexes(const column& from, double classes) {
  const auto wide = width(from);
  std::vector<std::int32_t> all(size(from) / wide);
  if (wide == 1) {
    visit_values(from, [&](const auto* x, std::size_t rows) {
      for (std::size_t row = 0; row < rows; ++row)
        all[row] = checked(from, static_cast<double>(x[row]), row, classes);
    });
    return all;
  }
  const auto numbers = as_floats(from);
  for (std::size_t row = 0; row < all.size(); ++row)
    all[row] = greatest(from, numbers.data(), row, wide);
  return all;
}

void apply_label_index(const spec& given, const nlohmann::json&, table& to) {
  constexpr double most = 2147483648.0;
  const auto classes = number_key(given, "classes", most);
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    if (width(from) > 1 && given.keys.contains("classes") && static_cast<double>(width(from)) != classes)
      throw failure{errc::data, column_text(from) + "has " + std::to_string(width(from)) +
                                    " numbers per row, expected `classes` = " + shortest(classes) +
                                    " of them; correct `classes`"};
    to.put({target, {}, indexes(from, classes), from.origin, {}, from.numbers});
  }
}

} // namespace

extern const transform_kind label_index_transform;
const transform_kind label_index_transform{
    "label_index", {{"classes", key_kind::whole, false, at_least(1)}}, column_use::each, nullptr, apply_label_index};

} // namespace dk::data
