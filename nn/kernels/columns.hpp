#pragma once

#include <algorithm>
#include <cstddef>

namespace dk::nn {

/// to <- numbers [first, first + count) of rows of `width` numbers. Both lie row after row.
inline void take_columns(const float* from, std::size_t rows, std::size_t width, std::size_t first, std::size_t count,
                         float* to) {
  for (std::size_t row = 0; row < rows; ++row)
    std::copy_n(from + row * width + first, count, to + row * count);
}

/// The other way round.
inline void put_columns(const float* from, std::size_t rows, std::size_t width, std::size_t first, std::size_t count,
                        float* to) {
  for (std::size_t row = 0; row < rows; ++row)
    std::copy_n(from + row * count, count, to + row * width + first);
}

} // namespace dk::nn
