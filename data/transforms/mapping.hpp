#pragma once

#include "common/parallel.hpp"
#include "data/transforms/transform.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace dk::data {

constexpr std::size_t least_numbers_per_thread = std::size_t{1} << 18U;

/// f(x, element) of every number x of a column, in double and then f32; `element` is its place in the cell. f is called
/// from several threads.
template <class F>
block mapped(const column& from, F f) {
  const auto wide = width(from);
  return visit_values(from, [&](const auto* x, std::size_t count) {
    block_writer writer{count};
    auto* const y = writer.data();
    over_ranges(count / wide, least_numbers_per_thread / wide, [&](std::size_t first, std::size_t last) {
      for (auto row = first; row < last; ++row)
        for (std::size_t i = 0; i < wide; ++i)
          y[row * wide + i] = static_cast<float>(f(static_cast<double>(x[row * wide + i]), i));
    });
    return std::move(writer).done();
  });
}

/// The number as the column would hold it: 0.1 is another number in f32.
inline double as_held(const column& which, double number) {
  return std::holds_alternative<block>(which.values) ? static_cast<double>(static_cast<float>(number)) : number;
}

/// Puts the f32 column `target`, of the shape of `from`.
inline void put_like(table& to, const column& from, const std::string& target, block values) {
  to.put({target, from.shape, std::move(values), from.origin, from.fields, from.numbers});
}

/// Calls f(x) with every number at place `element` of the cells that is not missing (NaN).
template <class F>
void over_element(const column& from, std::size_t element, F f) {
  const auto wide = width(from);
  visit_values(from, [&](const auto* x, std::size_t count) {
    for (auto at = element; at < count; at += wide)
      if (const auto value = static_cast<double>(x[at]); !std::isnan(value))
        f(value);
  });
}

} // namespace dk::data
