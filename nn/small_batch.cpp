#include "nn/small_batch.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

// How many rows of W are added to Y at once: few passes over Y, few registers.
constexpr std::size_t group_rows = 4;

template <std::size_t Rows>
DK_INLINE bool any_is_set(const float* x, std::size_t in, std::size_t k) {
  bool set = false;
  for (std::size_t i = 0; i < Rows; ++i)
    set |= x[i * in + k] != 0.0F;
  return set;
}

// y_i += sum of x_ik W_k over the rows k of the group; a short group is filled up with zeros in x.
template <std::size_t Rows>
DK_INLINE void add_group(const float (&x)[Rows][group_rows], const float* const (&w)[group_rows], std::size_t out,
                         float* y) {
  DK_INDEPENDENT
  for (std::size_t j = 0; j < out; ++j)
    for (std::size_t i = 0; i < Rows; ++i) {
      float sum = y[i * out + j];
      for (std::size_t k = 0; k < group_rows; ++k)
        sum += x[i][k] * w[k][j];
      y[i * out + j] = sum;
    }
}

template <std::size_t Rows>
DK_INLINE void product(std::size_t out, std::size_t in, const float* x, const float* w, float* y) {
  std::fill_n(y, Rows * out, 0.0F);
  for (std::size_t k = 0; k < in;) {
    float factors[Rows][group_rows] = {};
    const float* lines[group_rows] = {w, w, w, w};
    std::size_t held = 0;
    for (; k < in && held < group_rows; ++k) {
      if (!any_is_set<Rows>(x, in, k))
        continue;
      for (std::size_t i = 0; i < Rows; ++i)
        factors[i][held] = x[i * in + k];
      lines[held++] = w + k * out;
    }
    if (held > 0)
      add_group<Rows>(factors, lines, out, y);
  }
}

} // namespace

DK_CLONES void small_batch_product(std::size_t rows, std::size_t out, std::size_t in, const float* x, const float* w,
                                   float* y) {
  switch (rows) {
  case 1:
    return product<1>(out, in, x, w, y);
  case 2:
    return product<2>(out, in, x, w, y);
  case 3:
    return product<3>(out, in, x, w, y);
  case 4:
    return product<4>(out, in, x, w, y);
  default:
    return;
  }
}

DK_CLONES void store(const small_batch_gradient& g, float* to) {
  for_each_gradient(g, [to](std::size_t i, float value) { to[i] = value; });
}

} // namespace dk::nn
