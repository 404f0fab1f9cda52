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

/// dX = dZ W^T with dZ rows x out, W in x out and dX rows x in, row-major, dx_stride numbers from row to row.
/// Requires rows <= small_batch_rows.
void small_batch_input_gradient(std::size_t rows, std::size_t out, std::size_t in, const float* dz, const float* w,
                                float* dx, std::size_t dx_stride);

/// The gradient of a kernel of in x out weights, X^T dZ, as its two factors: X rows x in, x_stride numbers from row to
/// row, dZ rows x out, row-major. Whoever needs the numbers works each of them out where it is used, which is faster
/// than to store and load it. Requires rows <= small_batch_rows.
struct small_batch_gradient {
  std::size_t rows;
  std::size_t in;
  std::size_t out;
  const float* x;
  std::size_t x_stride;
  const float* dz;
};

namespace detail {

template <std::size_t Rows, class Use, class Rests>
DK_INLINE void each_of(const small_batch_gradient& g, Use use, Rests rests) {
  const auto* const x = g.x;
  const auto* const dz = g.dz;
  const auto out = g.out;
  for (std::size_t k = 0; k < g.in; ++k) {
    float factors[Rows];
    bool any = false;
    for (std::size_t i = 0; i < Rows; ++i) {
      factors[i] = x[i * g.x_stride + k];
      any |= factors[i] != 0.0F;
    }
    if (!any && rests(k * out, out))
      continue;
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
/// a lambda that reads and writes arrays at that position. A row of the kernel that every sample multiplies by 0 is
/// left out where `rests(position, count)` says that a gradient of 0 changes none of its numbers.
template <class Use, class Rests>
DK_INLINE void for_each_gradient(const small_batch_gradient& g, Use use, Rests rests) {
  switch (g.rows) {
  case 1:
    detail::each_of<1>(g, use, rests);
    break;
  case 2:
    detail::each_of<2>(g, use, rests);
    break;
  case 3:
    detail::each_of<3>(g, use, rests);
    break;
  case 4:
    detail::each_of<4>(g, use, rests);
    break;
  default:
    break;
  }
}

template <class Use>
DK_INLINE void for_each_gradient(const small_batch_gradient& g, Use use) {
  for_each_gradient(g, use, [](std::size_t, std::size_t) { return false; });
}

/// For rules that every gradient of 0 leaves as they are.
constexpr auto always_rests = [](std::size_t, std::size_t) { return true; };

/// Whether all of these are 0; it looks no further than the first that is not.
DK_INLINE bool all_zero(const float* x, std::size_t count) {
  std::size_t i = 0;
  while (i < count && x[i] == 0.0F)
    ++i;
  return i == count;
}

/// All in x out numbers, to `to`.
void store(const small_batch_gradient& g, float* to);

} // namespace dk::nn
