#include "data/dataset.hpp"

#include "common/error.hpp"
#include "common/mapped_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dk::data {

namespace {

// Whether all exponents are below the one that inf and NaN have; bits, so that the loop vectorises.
bool all_finite(const float* x, std::size_t count) {
  constexpr std::uint32_t exponent = 0x7F800000U;
  std::uint32_t special = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, x + i, sizeof bits);
    special |= static_cast<std::uint32_t>((bits & exponent) == exponent);
  }
  return special == 0;
}

block finite_floats(const column& from) {
  auto floats = as_floats(from);
  const bool finite = all_finite(floats.data(), floats.size());
  check_mapped_files();
  if (!finite) {
    const auto* const bad = std::find_if(floats.begin(), floats.end(), [](float x) { return !std::isfinite(x); });
    throw failure{errc::data, place(from, static_cast<std::size_t>(bad - floats.begin())) + " holds " + shortest(*bad) +
                                  ", expected a finite number that float32 can hold; " +
                                  (std::isnan(*bad) ? "`impute` it, or " : "") + "correct or remove the row"};
  }
  return floats;
}

block weights_of(const column& from) {
  if (width(from) != 1)
    throw failure{errc::data, from.origin + ": column `" + from.name + "` has " + std::to_string(width(from)) +
                                  " numbers per row, a weight is one; name another column as `weight`"};
  auto weights = as_floats(from);
  const auto* const bad =
      std::find_if(weights.begin(), weights.end(), [](float x) { return !(x >= 0) || std::isinf(x); });
  if (bad != weights.end())
    throw failure{errc::data, place(from, static_cast<std::size_t>(bad - weights.begin())) + " holds " +
                                  shortest(*bad) +
                                  ", expected a weight: a finite number of at least 0; correct or remove the row"};
  return weights;
}

const column& weight_in(const table& from) {
  const auto* found = from.find(weight_column);
  if (found == nullptr)
    throw failure{errc::data, from.columns().front().origin + ": has no column `" + std::string{weight_column} +
                                  "`, which held the weights of the rows; let the transforms keep it"};
  return *found;
}

} // namespace

dataset make_dataset(const table& from, label_use use, weight_use weights) {
  const auto& features = from.at("features");
  const auto* label = from.find("label");
  if (label == nullptr && use == label_use::required)
    label = &from.at("label");
  if (from.rows() == 0)
    throw failure{errc::data,
                  features.origin + (features.origin.empty() ? "" : ": ") + "has no rows; give data to work on"};
  dataset made;
  made.rows = from.rows();
  made.feature_shape = features.shape;
  made.feature_width = width(features);
  made.features = finite_floats(features);
  made.origin = features.origin;
  made.numbers = features.numbers;
  if (label != nullptr) {
    made.label_width = width(*label);
    made.labels = finite_floats(*label);
    made.origin = label->origin;
    made.numbers = label->numbers;
  }
  made.weighted = weights == weight_use::required;
  if (made.weighted)
    made.weights = weights_of(weight_in(from));
  return made;
}

dataset part_of(const dataset& all, std::size_t index, std::size_t parts) {
  const auto first = index * all.rows / parts;
  return slice_of(all, first, (index + 1) * all.rows / parts - first);
}

dataset slice_of(const dataset& all, std::size_t first, std::size_t count) {
  auto part = all;
  part.rows = count;
  part.first += first;
  part.numbers = {}; // what has parts was checked as a whole
  if (part.stored)
    return part;
  part.features = all.features.slice(first * all.feature_width, part.rows * all.feature_width);
  part.labels = all.labels.slice(first * all.label_width, part.rows * all.label_width);
  if (all.weighted)
    part.weights = all.weights.slice(first, part.rows);
  return part;
}

row_view::row_view(const dataset& of, std::size_t first, std::size_t count) {
  if (!of.stored) {
    features_ = of.features.data() + first * of.feature_width;
    labels_ = of.labels.data() + first * of.label_width;
    weights_ = of.weighted ? of.weights.data() + first : nullptr;
    return;
  }
  read_.resize(count * (of.feature_width + of.label_width + (of.weighted ? 1 : 0)));
  auto* const labels = read_.data() + count * of.feature_width;
  auto* const weights = of.weighted ? labels + count * of.label_width : nullptr;
  of.stored->read(of.first + first, count, read_.data(), labels, weights);
  features_ = read_.data();
  labels_ = labels;
  weights_ = weights;
}

} // namespace dk::data
