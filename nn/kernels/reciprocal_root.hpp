#pragma once

#include "common/simd.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

namespace dk::nn {

/// 1 / sqrt(x) for x from 0 up, to within 3 units in the last place: half the time of a root and a division, which
/// share one slow unit. A first guess from the bits (Blinn 1997; the constant is Lomont's, 2003) and three of Newton's
/// steps. Of 0 it is large and finite; what is infinite counts as the largest number; NaN stays NaN.
DK_INLINE float reciprocal_root(float x) {
  x = std::min(x, std::numeric_limits<float>::max());
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  bits = 0x5f375a86U - (bits >> 1U);
  float y = 0;
  std::memcpy(&y, &bits, sizeof y);
  const float half = 0.5F * x;
  y *= 1.5F - half * y * y;
  y *= 1.5F - half * y * y;
  y *= 1.5F - half * y * y;
  return x != x ? x : y;
}

} // namespace dk::nn
