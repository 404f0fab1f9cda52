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

/// A permutation of [0, size) that is computed, not stored.
///
/// A Feistel network (Luby and Rackoff 1988) in mixed radix (Black and Rogaway 2002): place i = high * columns + low,
/// on a grid of rows x columns that is nearly square and hardly larger than the size. Four rounds add a keyed hash of
/// one digit to the other. A number that falls outside [0, size) is sent through again (cycle walking), which happens
/// to one in a square root of the size.
class permutation {
public:
  permutation() = default;

  /// @param keys draws what tells this permutation from others
  permutation(std::uint64_t size, random_stream& keys);

  /// Requires i < size.
  std::uint64_t operator()(std::uint64_t i) const;

private:
  struct round {
    std::uint64_t factor; ///< odd
    std::uint64_t addend;
  };

  /// digit + hash(other), modulo `size`. Requires digit < size <= 2^32.
  static std::uint64_t shifted(std::uint64_t digit, std::uint64_t other, const round& key, std::uint64_t size);

  std::uint64_t size_ = 0;
  std::uint64_t high_size_ = 1;
  std::uint64_t low_size_ = 1; ///< high_size_ * low_size_ >= size_
  std::array<round, 4> rounds_{};
};

/// How rows are shuffled that are not in memory: blocks of rows that lie side by side are shuffled, and then the rows
/// of a buffer of blocks. So a buffer is all that has to be at hand at a time.
struct shuffle_buffers {
  std::uint64_t block_rows = 0; ///< 0: all rows are shuffled together
  std::uint64_t blocks = 0;     ///< of a buffer
};

/// The order in which an epoch visits the rows. Every node that knows seed, epoch and row count has the same order, and
/// any row of it without the ones before. A bootstrap sample is computed too: its i-th row is a hash of i.
class row_order {
public:
  /// The rows of one epoch in order of the file, or shuffled by seed and epoch.
  row_order(std::uint64_t seed, std::uint64_t epoch, std::uint64_t rows, bool shuffle,
            sampling which = sampling::every_row, shuffle_buffers buffers = {});

  /// The row at place i. Requires i < rows().
  std::uint64_t operator()(std::uint64_t i) const;

  std::uint64_t rows() const { return rows_; }

  /// Whether the row at place i is i.
  bool is_file_order() const { return !shuffled_ && !draws_; }

  /// A place of the order in its buffer: rows that are `inside` in the order of the buffer's blocks.
  struct spot {
    std::uint64_t buffer;
    std::uint64_t inside;
  };

  /// Whether rows are shuffled in buffers, of which there are so many. The last one is up to twice as long.
  bool is_buffered() const { return buffers_.block_rows > 0; }
  std::uint64_t num_buffers() const { return num_buffers_; }
  std::uint64_t buffer_rows(std::uint64_t buffer) const {
    return buffer + 1 < num_buffers_ ? buffer_rows_ : rows_ - last_buffer_;
  }

  /// Where place i is. Requires is_buffered().
  spot spot_of(std::uint64_t i) const;

  /// The row at a spot; the rows of a block follow each other.
  std::uint64_t row_at(const spot& where) const;

private:
  std::uint64_t rows_;
  bool shuffled_;
  bool draws_;
  std::uint64_t draw_seed_;
  permutation order_; // of all rows, or of those of a whole buffer
  shuffle_buffers buffers_;
  std::uint64_t blocks_ = 0;      // whole ones
  std::uint64_t buffer_rows_ = 0; // of a whole buffer
  std::uint64_t num_buffers_ = 0;
  std::uint64_t last_buffer_ = 0; // where it starts
  permutation block_order_;
  permutation last_order_; // of the last buffer's rows, which is up to twice as long
};

inline std::uint64_t permutation::shifted(std::uint64_t digit, std::uint64_t other, const round& key,
                                          std::uint64_t size) {
  auto x = other * key.factor + key.addend;
  x ^= x >> 32U;
  x *= 0xd6e8feb86659fd93U;          // Rettberg's 64-bit mixer
  digit += (x >> 32U) * size >> 32U; // from [0, 2^32) to [0, size), without a division
  return digit < size ? digit : digit - size;
}

inline std::uint64_t permutation::operator()(std::uint64_t i) const {
  do {
    auto high = i / low_size_;
    auto low = i - high * low_size_;
    for (std::size_t r = 0; r < rounds_.size(); r += 2) {
      high = shifted(high, low, rounds_[r], high_size_);
      low = shifted(low, high, rounds_[r + 1], low_size_);
    }
    i = high * low_size_ + low;
  } while (i >= size_);
  return i;
}

inline std::uint64_t row_order::operator()(std::uint64_t i) const {
  if (shuffled_)
    i = is_buffered() ? row_at(spot_of(i)) : order_(i);
  if (draws_) {
    __extension__ using wide = unsigned __int128;
    i = static_cast<std::uint64_t>(wide{mix(draw_seed_ + i)} * rows_ >> 64U); // from [0, 2^64) to [0, rows)
  }
  return i;
}

} // namespace dk::data
