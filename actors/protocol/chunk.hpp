#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

namespace dk {

/// Names one chunk: the rows of one window of one epoch.
struct chunk_id {
  std::uint32_t epoch = 0;
  std::uint32_t index = 0;

  bool operator==(const chunk_id& other) const { return epoch == other.epoch && index == other.index; }
};

inline std::string to_string(const chunk_id& x) {
  return "e" + std::to_string(x.epoch) + "/c" + std::to_string(x.index);
}

/// Rows [first, last) in the order of an epoch.
struct row_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  std::uint64_t size() const { return last - first; }
  bool operator==(const row_range& other) const { return first == other.first && last == other.last; }
};

/// How a run's rows are cut into chunks. The last chunk of an epoch may be short; none is empty.
struct chunk_grid {
  std::uint64_t rows = 0;       ///< of one epoch, at least 1
  std::uint64_t chunk_rows = 1; ///< batch size x communication window, at least 1
  std::uint32_t epochs = 1;

  std::uint64_t chunks_per_epoch() const { return (rows + chunk_rows - 1) / chunk_rows; }
  std::uint64_t chunks() const { return chunks_per_epoch() * epochs; }
  std::uint64_t total_rows() const { return rows * epochs; }
  bool contains(chunk_id chunk) const { return chunk.epoch < epochs && chunk.index < chunks_per_epoch(); }

  /// Requires contains(chunk).
  row_range range(chunk_id chunk) const {
    const auto first = chunk.index * chunk_rows;
    return {first, std::min(first + chunk_rows, rows)};
  }

  /// Chunks are numbered through all epochs.
  std::uint64_t number(chunk_id chunk) const { return chunk.epoch * chunks_per_epoch() + chunk.index; }
  chunk_id chunk(std::uint64_t number) const {
    return {static_cast<std::uint32_t>(number / chunks_per_epoch()),
            static_cast<std::uint32_t>(number % chunks_per_epoch())};
  }
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chunk_id& x) {
  return f(x.epoch, x.index);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_range& x) {
  return f(x.first, x.last);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chunk_grid& x) {
  return f(x.rows, x.chunk_rows, x.epochs);
}

} // namespace dk
