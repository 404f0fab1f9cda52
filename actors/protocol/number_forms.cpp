#include "actors/protocol/number_forms.hpp"

#include "actors/protocol/compression.hpp"
#include "common/simd.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>

namespace dk {

namespace {

DK_INLINE std::uint32_t bits_of(float x) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

DK_INLINE float float_of(std::uint32_t bits) {
  float x = 0;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

constexpr std::uint32_t magnitude = 0x7fffffffU;
constexpr std::uint32_t infinity = 0x7f800000U;
constexpr std::uint32_t exponent_gap = (127U - 15U) << 23U; // between the exponents of a float32 and of a half

DK_INLINE std::uint16_t half_of(float x) {
  const std::uint32_t sign = (bits_of(x) >> 16U) & 0x8000U;
  const std::uint32_t bits = bits_of(x) & magnitude;
  const std::uint32_t normal = (bits + 0x0fffU + ((bits >> 13U) & 1U) - exponent_gap) >> 13U;
  // Between 0.5 and 1 the last place of a float32 is 2^-24, that of the smallest halves.
  const std::uint32_t small = bits_of(float_of(bits) + 0.5F) - bits_of(0.5F);
  const std::uint32_t beyond = bits > infinity ? 0x7e00U : 0x7c00U; // a NaN, or infinity
  const std::uint32_t half = bits >= (143U << 23U) ? beyond : bits < (113U << 23U) ? small : normal;
  return static_cast<std::uint16_t>(sign | half);
}

DK_INLINE float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = (std::uint32_t{half} & 0x8000U) << 16U;
  const std::uint32_t rest = half & 0x7fffU;
  const std::uint32_t normal = (rest << 13U) + exponent_gap;
  const std::uint32_t small = bits_of(static_cast<float>(static_cast<std::int32_t>(rest)) * 0x1p-24F);
  const std::uint32_t beyond = (rest << 13U) | infinity;
  return float_of(sign | (rest >= 0x7c00U ? beyond : rest < 0x0400U ? small : normal));
}

DK_INLINE std::uint16_t bfloat_of(float x) {
  const std::uint32_t bits = bits_of(x);
  const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U;
  const std::uint32_t nan = (bits >> 16U) | 0x40U;
  return static_cast<std::uint16_t>((bits & magnitude) > infinity ? nan : rounded);
}

DK_INLINE std::uint32_t largest_bits(const float* numbers, std::size_t size) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < size; ++i)
    largest = std::max(largest, bits_of(numbers[i]) & magnitude);
  return largest;
}

// The last places of this float32 are whole numbers: adding it rounds to one, ties to even.
constexpr float rounder = 0x1.8p23F;
constexpr float least = 1e-30F; // what is smaller becomes 0, since its reciprocal is no float32

DK_CLONES void to_int8_block(const float* __restrict numbers, std::size_t size, float* __restrict scale,
                             std::int8_t* __restrict to) {
  const std::uint32_t bits = largest_bits(numbers, size);
  const float largest = float_of(bits);
  const float inverse = bits >= infinity || largest < least ? 0.0F : 127.0F / largest;
  *scale = bits >= infinity ? std::numeric_limits<float>::quiet_NaN() : largest < least ? 0.0F : largest / 127.0F;
  for (std::size_t i = 0; i < size; ++i)
    to[i] =
        static_cast<std::int8_t>(static_cast<std::int32_t>(bits_of(numbers[i] * inverse + rounder) - bits_of(rounder)));
}

DK_CLONES void from_int8_block(float scale, const std::int8_t* __restrict numbers, std::size_t size,
                               float* __restrict to) {
  for (std::size_t i = 0; i < size; ++i)
    to[i] = scale * static_cast<float>(numbers[i]);
}

// Magnitudes are counted by their upper bits: as whole numbers they are in the order of their values.
constexpr unsigned lower_bits = 16;
using counts = std::array<std::uint32_t, 1U << (31U - lower_bits)>;

std::uint32_t bin_of(float x) {
  return (bits_of(x) & magnitude) >> lower_bits;
}

} // namespace

DK_CLONES void to_fp16(const float* __restrict numbers, std::size_t size, std::uint16_t* __restrict to) {
  for (std::size_t i = 0; i < size; ++i)
    to[i] = half_of(numbers[i]);
}

DK_CLONES void from_fp16(const std::uint16_t* __restrict numbers, std::size_t size, float* __restrict to) {
  for (std::size_t i = 0; i < size; ++i)
    to[i] = float_of_half(numbers[i]);
}

DK_CLONES void to_bf16(const float* __restrict numbers, std::size_t size, std::uint16_t* __restrict to) {
  for (std::size_t i = 0; i < size; ++i)
    to[i] = bfloat_of(numbers[i]);
}

DK_CLONES void from_bf16(const std::uint16_t* __restrict numbers, std::size_t size, float* __restrict to) {
  for (std::size_t i = 0; i < size; ++i)
    to[i] = float_of(std::uint32_t{numbers[i]} << 16U);
}

void to_int8(const float* numbers, std::size_t size, float* scales, std::int8_t* to) {
  for (std::size_t i = 0; i < size; i += int8_block)
    to_int8_block(numbers + i, std::min(int8_block, size - i), scales + i / int8_block, to + i);
}

void from_int8(const float* scales, const std::int8_t* numbers, std::size_t size, float* to) {
  for (std::size_t i = 0; i < size; i += int8_block)
    from_int8_block(scales[i / int8_block], numbers + i, std::min(int8_block, size - i), to + i);
}

std::vector<std::uint32_t> largest_of(const float* numbers, std::size_t size, std::size_t count) {
  const auto all = std::make_unique<counts>();
  for (std::size_t i = 0; i < size; ++i)
    ++(*all)[bin_of(numbers[i])];
  std::size_t above = 0; // numbers of higher bins than `bin`
  std::size_t bin = all->size() - 1;
  for (; bin > 0 && above + (*all)[bin] < count; --bin)
    above += (*all)[bin];
  std::vector<std::uint32_t> chosen;
  std::vector<std::uint32_t> candidates; // of the bin at the border, which are not all chosen
  chosen.reserve(count);
  candidates.reserve((*all)[bin]);
  for (std::size_t i = 0; i < size; ++i) {
    const auto its = bin_of(numbers[i]);
    if (its >= bin)
      (its > bin ? chosen : candidates).push_back(static_cast<std::uint32_t>(i));
  }
  const auto missing = static_cast<std::ptrdiff_t>(count - above);
  std::nth_element(candidates.begin(), candidates.begin() + missing, candidates.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     const auto x = bits_of(numbers[a]) & magnitude;
                     const auto y = bits_of(numbers[b]) & magnitude;
                     return x != y ? x > y : a < b;
                   });
  chosen.insert(chosen.end(), candidates.begin(), candidates.begin() + missing);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

DK_CLONES void minus(const float* __restrict a, const float* __restrict b, std::size_t size, float* __restrict to) {
  for (std::size_t i = 0; i < size; ++i)
    to[i] = a[i] - b[i];
}

DK_CLONES void plus(const float* __restrict a, const float* __restrict b, std::size_t size, float* __restrict to) {
  for (std::size_t i = 0; i < size; ++i)
    to[i] = a[i] + b[i];
}

} // namespace dk
