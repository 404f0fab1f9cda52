#include "algorithms/arithmetic.hpp"

#include "common/simd.hpp"

#include <cstdint>
#include <cstring>

namespace dk {

DK_CLONES
bool add_scaled(const float* __restrict now, const float* __restrict delta, float scale, float* __restrict next,
                std::size_t size) {
  // A float is not finite when all bits of its exponent are set; adding one to that field then carries into the sign.
  constexpr std::uint32_t exponent = 0x7f800000U;
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const float x = now[i] + scale * delta[i];
    std::uint32_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    seen |= ((bits & exponent) + 0x00800000U) & 0x80000000U;
    next[i] = x;
  }
  return seen == 0;
}

DK_CLONES
void scaled_difference(const float* __restrict replica, const float* __restrict base, float scale,
                       float* __restrict delta, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    delta[i] = scale * (replica[i] - base[i]);
}

DK_CLONES
void elastic_step(float* __restrict replica, const float* __restrict center, float alpha, float* __restrict delta,
                  std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const float difference = alpha * (replica[i] - center[i]);
    delta[i] = difference;
    replica[i] -= difference;
  }
}

} // namespace dk
