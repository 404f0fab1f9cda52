#include "nn/kernels/small_batch.hpp"

#include <algorithm>
#include <cstring>

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

// Sums are taken in as many lanes as the widest registers have numbers, on every machine. The compiler would rather
// take them one by one, unless it is given vectors.
constexpr std::size_t lanes = 16;
using several [[gnu::vector_size(lanes * sizeof(float))]] = float;

DK_INLINE void load(several& to, const float* from) {
  std::memcpy(&to, from, sizeof to);
}

DK_INLINE float sum_of(const several& all) {
  float parts[lanes];
  std::memcpy(parts, &all, sizeof parts);
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l)
      parts[l] += parts[l + half];
  return parts[0];
}

template <std::size_t Rows>
DK_INLINE void add_products(const several& ws, const float* dz, std::size_t out, several (&sums)[Rows]) {
  for (std::size_t i = 0; i < Rows; ++i) {
    several dzs;
    load(dzs, dz + i * out);
    sums[i] += dzs * ws;
  }
}

// Where `out` is no multiple of the lanes, the last ones overlap those before them; what was counted is multiplied by
// 0.
template <std::size_t Rows>
DK_INLINE void products_with_rows(std::size_t out, std::size_t in, const float* dz, const float* w, float* dx,
                                  std::size_t dx_stride) {
  const auto whole = out / lanes * lanes;
  several fresh;
  for (std::size_t l = 0; l < lanes; ++l)
    fresh[l] = l < lanes - (out - whole) ? 0.0F : 1.0F;
  for (std::size_t k = 0; k < in; ++k, w += out) {
    several sums[Rows] = {};
    several ws;
    for (std::size_t j = 0; j < whole; j += lanes) {
      load(ws, w + j);
      add_products<Rows>(ws, dz + j, out, sums);
    }
    if (whole < out) {
      load(ws, w + out - lanes);
      ws *= fresh;
      add_products<Rows>(ws, dz + out - lanes, out, sums);
    }
    for (std::size_t i = 0; i < Rows; ++i)
      dx[i * dx_stride + k] = sum_of(sums[i]);
  }
}

// The same for rows that are shorter than the lanes.
DK_INLINE void short_products(std::size_t rows, std::size_t out, std::size_t in, const float* dz, const float* w,
                              float* dx, std::size_t dx_stride) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < in; ++k) {
      float sum = 0;
      for (std::size_t j = 0; j < out; ++j)
        sum += dz[i * out + j] * w[k * out + j];
      dx[i * dx_stride + k] = sum;
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

DK_CLONES void small_batch_input_gradient(std::size_t rows, std::size_t out, std::size_t in, const float* dz,
                                          const float* w, float* dx, std::size_t dx_stride) {
  if (out < lanes)
    return short_products(rows, out, in, dz, w, dx, dx_stride);
  switch (rows) {
  case 1:
    return products_with_rows<1>(out, in, dz, w, dx, dx_stride);
  case 2:
    return products_with_rows<2>(out, in, dz, w, dx, dx_stride);
  case 3:
    return products_with_rows<3>(out, in, dz, w, dx, dx_stride);
  case 4:
    return products_with_rows<4>(out, in, dz, w, dx, dx_stride);
  default:
    return;
  }
}

DK_CLONES void store(const small_batch_gradient& g, float* to) {
  for_each_gradient(g, [to](std::size_t i, float value) { to[i] = value; });
}

} // namespace dk::nn
