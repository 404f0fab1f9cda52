#pragma once

#include "actors/protocol/chunk.hpp"

#include <cstdint>
#include <deque>

namespace dk {

/// A set of a run's chunks, by number. Chunks come in nearly in their order, so it holds bits only from the first one
/// that is missing on: its memory does not grow with the number of epochs.
class chunk_set {
public:
  chunk_set() = default;

  /// The first `whole` times 64 chunks, and those whose bit is set in `words`: bit i % 64 of word i / 64 is of chunk
  /// 64 * whole + i.
  chunk_set(std::uint64_t whole, std::deque<std::uint64_t> words);

  /// The first so many chunks.
  static chunk_set up_to(std::uint64_t chunks);

  /// What is in both.
  static chunk_set common(const chunk_set& a, const chunk_set& b);

  bool has(std::uint64_t number) const { return (word(number / 64) >> (number % 64) & 1U) != 0; }

  /// @return whether it was not in before
  bool add(std::uint64_t number);

  std::uint64_t first_missing() const;
  std::uint64_t size() const;

  /// All of its chunks are below this one, and the one before it is in; 0: there is none.
  std::uint64_t behind_last() const;

  /// The rows of its chunks. Requires that all are of this grid.
  std::uint64_t rows(const chunk_grid& grid) const;

  /// All of its chunks are below this.
  std::uint64_t end() const { return 64 * (whole_ + words_.size()); }

  std::uint64_t whole() const { return whole_; }
  const std::deque<std::uint64_t>& words() const { return words_; }

  bool operator==(const chunk_set& other) const;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, chunk_set& x) {
    return f(x.whole_, x.words_);
  }

private:
  std::uint64_t word(std::uint64_t i) const;
  void compact();

  std::uint64_t whole_ = 0; // words of which every bit is set
  std::deque<std::uint64_t> words_;
};

} // namespace dk
