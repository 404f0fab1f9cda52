#pragma once

#include <cstddef>

namespace dk::nn {

/// to <- from, each sample's matrix of a x b numbers becoming b x a: between channels first (channels x pixels) and
/// channels last.
void transpose_samples(const float* from, std::size_t rows, std::size_t a, std::size_t b, float* to);

} // namespace dk::nn
