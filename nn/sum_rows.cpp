#include "nn/sum_rows.hpp"

#include "common/simd.hpp"

namespace dk::nn {

DK_CLONES void sum_rows(const float* __restrict x, std::size_t rows, std::size_t width, float* __restrict sums) {
  for (std::size_t j = 0; j < width; ++j)
    sums[j] = x[j];
  for (std::size_t i = 1; i < rows; ++i)
    for (std::size_t j = 0; j < width; ++j)
      sums[j] += x[i * width + j];
}

DK_CLONES void add_to(float* __restrict sum, const float* __restrict x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    sum[i] += x[i];
}

} // namespace dk::nn
