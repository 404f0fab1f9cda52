#pragma once

#include <array>
#include <cstdint>

namespace dk::data {

/// The order in which an epoch visits the rows: a permutation of [0, rows) that is computed, not stored. Every node
/// that knows seed, epoch and row count has the same order, and any row of it without the ones before.
///
/// A Feistel network (Luby and Rackoff 1988) permutes [0, 2^b), the smallest power of two that holds the rows; numbers
/// that fall outside are sent through again until one lands inside (cycle walking; Black and Rogaway 2002), which takes
/// less than two passes on average.
class row_order {
public:
  /// The rows of one epoch in order of the file, or shuffled by seed and epoch.
  row_order(std::uint64_t seed, std::uint64_t epoch, std::uint64_t rows, bool shuffle);

  /// The row at place i. Requires i < rows().
  std::uint64_t operator()(std::uint64_t i) const;

  std::uint64_t rows() const { return rows_; }

  /// False: the row at place i is i.
  bool shuffled() const { return shuffled_; }

private:
  struct round {
    std::uint64_t factor; ///< odd
    std::uint64_t addend;
  };

  static std::uint64_t hash(const round& key, std::uint64_t half);

  std::uint64_t rows_;
  unsigned low_bits_ = 0; ///< of the low half; the high half has as many, or one more
  std::uint64_t low_mask_ = 0;
  std::uint64_t high_mask_ = 0;
  bool shuffled_;
  std::array<round, 6> rounds_{};
};

inline std::uint64_t row_order::hash(const round& key, std::uint64_t half) {
  auto x = half * key.factor + key.addend;
  x ^= x >> 32U;
  x *= 0xd6e8feb86659fd93U; // Rettberg's 64-bit mixer
  return x >> 32U;
}

inline std::uint64_t row_order::operator()(std::uint64_t i) const {
  if (!shuffled_)
    return i;
  do {
    auto low = i & low_mask_;
    auto high = i >> low_bits_;
    for (std::size_t r = 0; r < rounds_.size(); r += 2) {
      high ^= hash(rounds_[r], low) & high_mask_;
      low ^= hash(rounds_[r + 1], high) & low_mask_;
    }
    i = high << low_bits_ | low;
  } while (i >= rows_);
  return i;
}

} // namespace dk::data
