#include "data/assemble.hpp"

#include "common/parallel.hpp"

#include <algorithm>

namespace dk::data {

column assembled(const table& from, const std::vector<std::string>& names, const std::string& to) {
  std::size_t wide = 0;
  std::vector<std::string> fields;
  for (const auto& name : names) {
    const auto& one = from.at(name);
    const auto own = width(one);
    wide += own;
    for (std::size_t i = 0; i < own; ++i)
      fields.push_back(own > 1 && i < one.fields.size() ? one.fields[i] : name);
  }
  const auto& first_column = from.at(names.front());
  if (names.size() == 1)
    return {to, {wide}, as_floats(first_column), first_column.origin, std::move(fields), first_column.numbers};
  const auto rows = from.rows();
  block_writer all{rows * wide};
  std::size_t at = 0;
  for (const auto& name : names) {
    const auto& one = from.at(name);
    const auto own = width(one);
    visit_values(one, [&](const auto* x, std::size_t) {
      over_ranges(rows, 1U << 16U, [&, y = all.data() + at](std::size_t first, std::size_t last) {
        for (auto row = first; row < last; ++row)
          std::transform(x + row * own, x + (row + 1) * own, y + row * wide,
                         [](auto value) { return static_cast<float>(value); });
      });
    });
    at += own;
  }
  return {to, {wide}, std::move(all).done(), first_column.origin, std::move(fields), first_column.numbers};
}

} // namespace dk::data
