#pragma once

#include "common/simd.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace dk::nn {

/// e^x to within 2 units in the last place, in a form that compilers vectorise: x = n ln 2 + r, e^x = 2^n p(r), with
/// the polynomial of Cephes' expf (Moshier). Below -87 it stays at 1e-38, above 88 at 1e38; NaN stays NaN.
DK_INLINE float fast_exp(float x) {
  constexpr float to_integer = 12582912.0F; // 1.5 * 2^23: adding it rounds, and leaves n in the low bits
  x = std::min(std::max(x, -87.0F), 88.0F);
  const float shifted = x * 1.44269504F + to_integer;
  const float n = shifted - to_integer;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  std::uint32_t bits = 0;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23U) + 0x3f800000U;
  float power = 0;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

} // namespace dk::nn
