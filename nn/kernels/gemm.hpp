#pragma once

#include <cstddef>

namespace dk::nn {

/// A row-major matrix that a product reads: `stride` numbers from row to row, taken as its transpose when `transposed`.
struct factor {
  const float* values;
  std::size_t stride;
  bool transposed = false;
};

/// C = A B with A m x k, B k x n and C m x n, row-major, c_stride numbers from row to row. C is written, or, where
/// `add` is set, added to. The one place where matrix products come from: oneDNN's sgemm (it picks the instruction set
/// at run time), or Eigen where dk was built without oneDNN. On the calling thread only, see compute_scope. Same
/// machine, same input: same bits.
void gemm(std::size_t m, std::size_t n, std::size_t k, factor a, factor b, float* c, std::size_t c_stride,
          bool add = false);

} // namespace dk::nn
