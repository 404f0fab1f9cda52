#include "nn/loss.hpp"

#include <algorithm>

namespace dk::nn {

std::size_t largest(const float* values, std::size_t width) {
  return static_cast<std::size_t>(std::max_element(values, values + width) - values);
}

bool agrees(const float* outputs, const float* label, std::size_t width, float middle) {
  if (width == 1)
    return (outputs[0] > middle) == (label[0] > 0.5F);
  return largest(outputs, width) == largest(label, width);
}

} // namespace dk::nn
