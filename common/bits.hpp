#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dk {

/// A bitmap as shards, checkpoints and replays keep it: bit i is bit i % 64 of word i / 64.
using bitmap = std::vector<std::uint64_t>;

/// The words that so many bits take.
constexpr std::uint64_t words_of_bits(std::uint64_t bits) {
  return bits / 64 + (bits % 64 == 0 ? 0 : 1);
}

/// @throws std::out_of_range for a word that is not in it, as set_bit
inline bool has_bit(const bitmap& in, std::uint64_t bit) {
  return (in.at(bit / 64) >> (bit % 64) & 1U) != 0;
}

inline void set_bit(bitmap& in, std::uint64_t bit) {
  in.at(bit / 64) |= std::uint64_t{1} << (bit % 64);
}

} // namespace dk
