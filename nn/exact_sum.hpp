#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace dk::nn {

/// A sum of doubles in counters, each of which holds 32 bits of it and room for 2^30 terms: sums of parts that are
/// added counter by counter are the sum of the whole, in any order, to the last bit. Of a term what is below 2^-320 is
/// cut off; one that is 2^319 or more, or no number, makes the sum no number.
class exact_sum {
public:
  static constexpr std::size_t counters = 21;

  static void add(double term, std::uint64_t* to) {
    if (!(std::abs(term) < 0x1p319)) {
      ++to[limbs];
      return;
    }
    int exponent = 0;
    const auto whole = std::ldexp(std::frexp(std::abs(term), &exponent), 53); // of 53 bits
    auto place = exponent - 53 + below;
    auto bits = static_cast<std::uint64_t>(whole);
    if (place < 0) {
      bits = place > -64 ? bits >> static_cast<unsigned>(-place) : 0;
      place = 0;
    }
    const auto limb = static_cast<std::size_t>(place) / 32;
    const auto shift = static_cast<unsigned>(place) % 32;
    const std::uint64_t low = (bits & 0xFFFFFFFFU) << shift;
    const std::uint64_t high = (bits >> 32U) << shift;
    const bool negative = std::signbit(term);
    put(low & 0xFFFFFFFFU, negative, to + limb);
    put((low >> 32U) + (high & 0xFFFFFFFFU), negative, to + limb + 1);
    if (const auto rest = high >> 32U; rest != 0)
      put(rest, negative, to + limb + 2);
  }

  /// Rounded. NaN where a term was no number.
  static long double value(const std::uint64_t* of) {
    if (of[limbs] != 0)
      return std::numeric_limits<long double>::quiet_NaN();
    long double sum = 0;
    for (auto i = limbs; i-- > 0;)
      sum += std::ldexp(static_cast<long double>(static_cast<std::int64_t>(of[i])), static_cast<int>(32 * i) - below);
    return sum;
  }

private:
  static constexpr std::size_t limbs = counters - 1;
  static constexpr int below = 320; // binary places behind the point

  // Counters wrap: a sum below 0 is a large number, which reads as a signed one.
  static void put(std::uint64_t bits, bool negative, std::uint64_t* to) { *to += negative ? -bits : bits; }
};

} // namespace dk::nn
