#pragma once

#include <cstddef>

namespace dk::nn {

/// sums_j <- sum over the rows i of x_ij: the gradient of a bias. Where `add` is set, it is added to what is there.
void sum_rows(const float* x, std::size_t rows, std::size_t width, float* sums, bool add = false);

/// sum_i <- sum_i + x_i. They do not overlap.
void add_to(float* sum, const float* x, std::size_t count);

} // namespace dk::nn
