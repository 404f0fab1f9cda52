#include "actors/delta.hpp"

#include "common/simd.hpp"

#include <cstdint>
#include <cstring>

namespace dk {

namespace {

// A float is not finite when all bits of its exponent are set; adding one to that field then carries into the sign.
DK_INLINE std::uint32_t overflow_bit(float x) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  return ((bits & 0x7f800000U) + 0x00800000U) & 0x80000000U;
}

DK_CLONES bool add(const float* __restrict now, const float* __restrict numbers, float by, float* __restrict next,
                   std::size_t size) {
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const float x = now[i] + by * numbers[i];
    seen |= overflow_bit(x);
    next[i] = x;
  }
  return seen == 0;
}

DK_CLONES bool add_difference(const float* now, const float* to, const float* from, float scale, float by,
                              float* __restrict next, std::size_t size) {
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const float moved = scale * (to[i] - from[i]);
    const float x = now[i] + by * moved;
    seen |= overflow_bit(x);
    next[i] = x;
  }
  return seen == 0;
}

DK_CLONES void difference(const float* __restrict to, const float* __restrict from, float scale,
                          float* __restrict numbers, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    numbers[i] = scale * (to[i] - from[i]);
}

} // namespace

bool delta::add_to(const float* now, float by, float* next) const {
  if (from_.empty())
    return add(now, to_.data(), by, next, size());
  return add_difference(now, to_.data(), from_.data(), scale_, by, next, size());
}

block delta::numbers() const {
  if (from_.empty())
    return to_;
  block_writer numbers{size()};
  difference(to_.data(), from_.data(), scale_, numbers.data(), size());
  return std::move(numbers).done();
}

} // namespace dk
