#pragma once

#include "common/random.hpp"

#include <array>
#include <cstdint>

namespace dk::data {

/// Which rows an epoch has.
enum class sampling : std::uint8_t {
  every_row, ///< each once
  bootstrap, ///< as many as there are, drawn with replacement (Efron 1979); every epoch has the same ones
};

/// The order in which an epoch visits the rows: a permutation of [0, rows) that is computed, not stored. Every node
/// that knows seed, epoch and row count has the same order, and any row of it without the ones before.
///
/// A Feistel network (Luby and Rackoff 1988) in mixed radix (Black and Rogaway 2002): place i = high * columns + low,
/// on a grid of rows x columns that is nearly square and hardly larger than the row count. Four rounds add a keyed hash
/// of one digit to the other. A number that falls outside [0, rows) is sent through again (cycle walking), which
/// happens to one in a square root of the rows. A bootstrap sample is computed too: its i-th row is a hash of i.
class row_order {
public:
  /// The rows of one epoch in order of the file, or shuffled by seed and epoch.
  row_order(std::uint64_t seed, std::uint64_t epoch, std::uint64_t rows, bool shuffle,
            sampling which = sampling::every_row);

  /// The row at place i. Requires i < rows().
  std::uint64_t operator()(std::uint64_t i) const;

  std::uint64_t rows() const { return rows_; }

  /// Whether the row at place i is i.
  bool is_file_order() const { return !shuffled_ && !draws_; }

private:
  struct round {
    std::uint64_t factor; ///< odd
    std::uint64_t addend;
  };

  std::uint64_t permuted(std::uint64_t i) const;

  /// digit + hash(other), modulo `size`. Requires digit < size <= 2^32.
  static std::uint64_t shifted(std::uint64_t digit, std::uint64_t other, const round& key, std::uint64_t size);

  std::uint64_t rows_;
  std::uint64_t high_size_ = 1;
  std::uint64_t low_size_ = 1; ///< high_size_ * low_size_ >= rows_
  bool shuffled_;
  bool draws_;
  std::uint64_t draw_seed_;
  std::array<round, 4> rounds_{};
};

inline std::uint64_t row_order::shifted(std::uint64_t digit, std::uint64_t other, const round& key,
                                        std::uint64_t size) {
  auto x = other * key.factor + key.addend;
  x ^= x >> 32U;
  x *= 0xd6e8feb86659fd93U;          // Rettberg's 64-bit mixer
  digit += (x >> 32U) * size >> 32U; // from [0, 2^32) to [0, size), without a division
  return digit < size ? digit : digit - size;
}

inline std::uint64_t row_order::permuted(std::uint64_t i) const {
  do {
    auto high = i / low_size_;
    auto low = i - high * low_size_;
    for (std::size_t r = 0; r < rounds_.size(); r += 2) {
      high = shifted(high, low, rounds_[r], high_size_);
      low = shifted(low, high, rounds_[r + 1], low_size_);
    }
    i = high * low_size_ + low;
  } while (i >= rows_);
  return i;
}

inline std::uint64_t row_order::operator()(std::uint64_t i) const {
  if (shuffled_)
    i = permuted(i);
  if (draws_) {
    __extension__ using wide = unsigned __int128;
    i = static_cast<std::uint64_t>(wide{mix(draw_seed_ + i)} * rows_ >> 64U); // from [0, 2^64) to [0, rows)
  }
  return i;
}

} // namespace dk::data
