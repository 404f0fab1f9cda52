// normalize: each cell divided by its p-norm, (|x1|^p + |x2|^p + ...)^(1/p); p is 2 unless given, and "inf" takes the
// greatest |x|. Cells of zeros stay as they are.

#include "data/transforms/mapping.hpp"

#include <algorithm>
#include <limits>

namespace dk::data {

namespace {

double power_of(const spec& given) {
  const auto p = given.keys.find("p");
  return p == given.keys.end() ? 2 : p->is_string() ? std::numeric_limits<double>::infinity() : p->get<double>();
}

struct size_of_cell {
  double most = 0; ///< the greatest |x|
  double norm = 0; ///< of the cell divided by that first, so that no power and no sum overflows
};

template <class Number>
size_of_cell size_of(const Number* x, std::size_t wide, double p) {
  double most = 0;
  for (std::size_t i = 0; i < wide; ++i)
    most = std::max(most, std::abs(static_cast<double>(x[i])));
  if (most == 0 || std::isinf(p))
    return {most, 1};
  double sum = 0;
  for (std::size_t i = 0; i < wide; ++i)
    sum += std::pow(std::abs(static_cast<double>(x[i])) / most, p);
  return {most, std::pow(sum, 1 / p)};
}

block normalized(const column& from, double p) {
  const auto wide = width(from);
  return visit_values(from, [&](const auto* x, std::size_t count) {
    block_writer writer{count};
    auto* const y = writer.data();
    over_ranges(count / wide, least_numbers_per_thread / wide, [&](std::size_t first, std::size_t last) {
      for (auto row = first; row < last; ++row) {
        const auto size = size_of(x + row * wide, wide, p);
        for (std::size_t i = row * wide; i < (row + 1) * wide; ++i)
          y[i] = static_cast<float>(size.most == 0 ? 0 : static_cast<double>(x[i]) / size.most / size.norm);
      }
    });
    return std::move(writer).done();
  });
}

void apply_normalize(const spec& given, const nlohmann::json&, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    put_like(to, from, target, normalized(from, power_of(given)));
  }
}

void check_normalize(const spec& given) {
  const auto p = given.keys.find("p");
  if (p != given.keys.end() && (p->is_string() ? *p != "inf" : p->get<double>() < 1))
    throw key_failure{"transform `normalize`: `p` is " + p->dump() + ", expected a number of at least 1, or \"inf\"",
                      "p"};
}

} // namespace

extern const transform_kind normalize_transform;
const transform_kind normalize_transform{
    "normalize", {{"p", key_kind::value}}, column_use::each, nullptr, apply_normalize, nullptr, check_normalize};

} // namespace dk::data
