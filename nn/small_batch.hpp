#pragma once

#include "common/simd.hpp"

#include <cstddef>

namespace dk::nn {

/// Up to this many rows, dense products are taken here and not by gemm: memory is what bounds them, and these touch no
/// more of it than they must.
constexpr std::size_t small_batch_rows = 4;

/// Y = X W with X rows x in, W in x out and Y rows x out, row-major. A row of W that every sample multiplies by 0 is
/// not read: pixels are mostly 0. Requires rows <= small_batch_rows.
void small_batch_product(std::size_t rows, std::size_t out, std::size_t in, const float* x, const float* w, float* y);

/// The gradient of a kernel of in x out weights, X^T dZ, as its two factors: X rows x in, dZ rows x out, row-major.
/// Whoever needs the numbers works each of them out where it is used, which is faster than to store and load it.
/// Requires rows <= small_batch_rows.
struct small_batch_gradient {
  std::size_t rows;
  std::size_t in;
  std::size_t out;
  const float* x;
  const float* dz;
};

namespace detail {

template <std::size_t Rows, class Use>
DK_INLINE void each_of(const small_batch_gradient& g, Use use) {
  const auto* const x = g.x;
  const auto* const dz = g.dz;
  const auto out = g.out;
  for (std::size_t k = 0; k < g.in; ++k) {
    float factors[Rows];
    for (std::size_t i = 0; i < Rows; ++i)
      factors[i] = x[i * g.in + k];
    DK_INDEPENDENT
    for (std::size_t j = 0; j < out; ++j) {
      float sum = 0.0F;
      for (std::size_t i = 0; i < Rows; ++i)
        sum += factors[i] * dz[i * out + j];
      use(k * out + j, sum);
    }
  }
}

} // namespace detail

/// Calls use(position in the kernel, its gradient) for every weight; a loop that the compiler vectorises when `use` is
/// a lambda that reads and writes arrays at that position.
template <class Use>
DK_INLINE void for_each_gradient(const small_batch_gradient& g, Use use) {
  switch (g.rows) {
  case 1:
    detail::each_of<1>(g, use);
    break;
  case 2:
    detail::each_of<2>(g, use);
    break;
  case 3:
    detail::each_of<3>(g, use);
    break;
  case 4:
    detail::each_of<4>(g, use);
    break;
  default:
    break;
  }
}

/// All in x out numbers, to `to`.
void store(const small_batch_gradient& g, float* to);

} // namespace dk::nn
