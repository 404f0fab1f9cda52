#pragma once

#include "nn/kernels/patch.hpp"

#include <memory>

namespace dk::nn {

/// Sums of products of a patch's numbers and a kernel, at every position of the patch. Images are rows x height x
/// width x channels, the kernel is height x width x channels x filters (Keras's), outputs are rows x height x width x
/// filters. One thread at a time; a number of rows that was seen before allocates nothing of any size.
class convolution {
public:
  virtual ~convolution() = default;

  virtual void forward(std::size_t rows, const float* x, const float* kernel, float* y) = 0;
  virtual void input_gradient(std::size_t rows, const float* dy, const float* kernel, float* dx) = 0;
  virtual void kernel_gradient(std::size_t rows, const float* x, const float* dy, float* dkernel) = 0;
};

/// The one place where convolutions come from: oneDNN's where dk was built with it, else the one below.
std::unique_ptr<convolution> make_convolution(const patch& over, std::size_t filters);

/// By matrix products: the numbers under the patch, position by position, times the kernel.
std::unique_ptr<convolution> make_unrolled_convolution(const patch& over, std::size_t filters);

} // namespace dk::nn
