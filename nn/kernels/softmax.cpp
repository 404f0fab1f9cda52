#include "nn/kernels/softmax.hpp"

#include "nn/kernels/exp.hpp"

namespace dk::nn {

DK_CLONES void softmax(float* y, std::size_t rows, std::size_t width) {
  for (std::size_t row = 0; row < rows; ++row, y += width) {
    float largest = y[0];
    for (std::size_t i = 1; i < width; ++i)
      largest = y[i] > largest ? y[i] : largest;
    for (std::size_t i = 0; i < width; ++i)
      y[i] = fast_exp(y[i] - largest);
    float sum = 0;
    for (std::size_t i = 0; i < width; ++i)
      sum += y[i];
    const float scale = 1.0F / sum;
    for (std::size_t i = 0; i < width; ++i)
      y[i] *= scale;
  }
}

} // namespace dk::nn
