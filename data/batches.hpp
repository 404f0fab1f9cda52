#pragma once

#include "data/dataset.hpp"
#include "data/shuffle.hpp"

#include <cstddef>
#include <cstdint>

namespace dk::data {

/// Asks for the start of a row; the processor's own prefetcher sees the stream from there on.
inline void prefetch_row(const float* row, std::size_t width) {
  constexpr std::size_t line = 64 / sizeof(float);
  const auto ahead = width < 4 * line ? width : 4 * line;
  for (std::size_t i = 0; i < ahead; i += line)
    __builtin_prefetch(row + i);
}

/// Copies the rows at places [first, first + count) of the epoch's order into one block each.
/// @param features room for count x feature_width numbers
/// @param labels room for count x label_width numbers; may be null when there are no labels
/// @param weights room for count numbers; may be null when there are no weights
/// Requires first + count <= order.rows() == from.rows. @throws failure (resources) where rows are stored and the disk
/// fails; (data) where a file that they are mapped from was cut short
void gather(const dataset& from, const row_order& order, std::uint64_t first, std::size_t count, float* features,
            float* labels, float* weights = nullptr);

} // namespace dk::data
