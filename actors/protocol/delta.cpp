#include "actors/protocol/delta.hpp"

#include "common/simd.hpp"

#include <algorithm>
#include <array>
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

bool add_compressed(const compressed& numbers, const float* now, float by, float* next) {
  bool finite = true;
  std::array<float, numbers_at_once> some{};
  for (std::size_t i = 0; i < numbers.size(); i += numbers_at_once) {
    const auto count = std::min(numbers_at_once, numbers.size() - i);
    numbers.read(i, count, some.data());
    finite = add(now + i, some.data(), by, next + i, count) && finite;
  }
  return finite;
}

constexpr std::size_t lanes = 16; // that are added up apart, so that the compiler may do so at once

template <class Update>
DK_INLINE void add_sums(const float* now, const float* base, const float* before, std::size_t size, Update update,
                        delta::sums& all) {
  float updates[lanes] = {};
  float distances[lanes] = {};
  float movements[lanes] = {};
  float alongs[lanes] = {};
  const auto one = [&](std::size_t i, std::size_t lane) {
    const float d = update(i);
    const float far = now[i] - base[i];
    const float moved = now[i] - before[i];
    updates[lane] += d * d;
    distances[lane] += far * far;
    movements[lane] += moved * moved;
    alongs[lane] += d * moved;
  };
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      one(i + lane, lane);
  for (; i < size; ++i)
    one(i, i % lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    all.update += static_cast<double>(updates[lane]);
    all.distance += static_cast<double>(distances[lane]);
    all.movement += static_cast<double>(movements[lane]);
    all.along += static_cast<double>(alongs[lane]);
  }
}

DK_CLONES void sums_of(const float* numbers, const float* now, const float* base, const float* before, std::size_t size,
                       delta::sums& all) {
  add_sums(
      now, base, before, size, [=](std::size_t i) { return numbers[i]; }, all);
}

DK_CLONES void sums_of_difference(const float* to, const float* from, float scale, const float* now, const float* base,
                                  const float* before, std::size_t size, delta::sums& all) {
  add_sums(
      now, base, before, size, [=](std::size_t i) { return scale * (to[i] - from[i]); }, all);
}

} // namespace

delta::sums delta::measure(const float* now, const float* base, const float* before) const {
  sums all;
  std::array<float, numbers_at_once> some{};
  for (std::size_t i = 0; i < size(); i += numbers_at_once) {
    const auto count = std::min(numbers_at_once, size() - i);
    if (!compressed_.empty()) {
      compressed_.read(i, count, some.data());
      sums_of(some.data(), now + i, base + i, before + i, count, all);
    } else if (from_.empty())
      sums_of(to_.data() + i, now + i, base + i, before + i, count, all);
    else
      sums_of_difference(to_.data() + i, from_.data() + i, scale_, now + i, base + i, before + i, count, all);
  }
  return all;
}

bool delta::add_to(const float* now, float by, float* next) const {
  if (!compressed_.empty())
    return add_compressed(compressed_, now, by, next);
  if (from_.empty())
    return add(now, to_.data(), by, next, size());
  return add_difference(now, to_.data(), from_.data(), scale_, by, next, size());
}

block delta::numbers() const {
  if (!compressed_.empty())
    return compressed_.numbers();
  if (from_.empty())
    return to_;
  block_writer numbers{size()};
  difference(to_.data(), from_.data(), scale_, numbers.data(), size());
  return std::move(numbers).done();
}

} // namespace dk
