#include "nn/kernels/sum_rows.hpp"

#include "common/simd.hpp"

#include <algorithm>

namespace dk::nn {

// Four rows at a time: a sum waits for the one before it.
DK_CLONES void sum_rows(const float* __restrict x, std::size_t rows, std::size_t width, float* __restrict sums,
                        bool add) {
  if (!add)
    std::fill_n(sums, width, 0.0F);
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4, x += 4 * width)
    for (std::size_t j = 0; j < width; ++j)
      sums[j] += (x[j] + x[width + j]) + (x[2 * width + j] + x[3 * width + j]);
  for (; i < rows; ++i, x += width)
    for (std::size_t j = 0; j < width; ++j)
      sums[j] += x[j];
}

DK_CLONES void add_to(float* __restrict sum, const float* __restrict x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    sum[i] += x[i];
}

} // namespace dk::nn
