#pragma once

#include <cstddef>

namespace dk::nn {

/// sums_j <- sum over the rows i of x_ij: the gradient of a bias.
void sum_rows(const float* x, std::size_t rows, std::size_t width, float* sums);

} // namespace dk::nn
