#pragma once

#include <cstddef>

namespace dk::nn {

/// y_i <- e^(y_i - max) / sum_j e^(y_j - max) in every row of `width` numbers.
void softmax(float* y, std::size_t rows, std::size_t width);

} // namespace dk::nn
