#include "nn/kernels/transpose.hpp"

namespace dk::nn {

void transpose_samples(const float* from, std::size_t rows, std::size_t a, std::size_t b, float* to) {
  for (std::size_t row = 0; row < rows; ++row, from += a * b, to += a * b)
    for (std::size_t j = 0; j < b; ++j)
      for (std::size_t i = 0; i < a; ++i)
        to[j * a + i] = from[i * b + j];
}

} // namespace dk::nn
