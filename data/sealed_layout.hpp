#pragma once

#include "data/column_books.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dk::data {

// A sealed file holds the rows of a dataset as they are trained: features, label and weight, all transformed. Its name
// follows from its bytes, so that hosts can tell whether they have it. A column with at most 256 different numbers
// takes a byte a row, which stands for one of the numbers of its book; the numbers come back with the bits that they
// had.
//
//   header   "dk rows 1" and 7 zeros; u64 rows, feature width, label width, weight width (0 or 1), books
//   plan     per column u32: 0, or which book it has, counted from 1
//   books    256 float32 each
//   rows     per row its columns in order: a byte where there is a book, or else a float32
//
// All numbers are little-endian. Header, plan and books are the head.

/// How a sealed file begins.
struct sealed_header {
  static constexpr std::array<char, 16> magic{"dk rows 1"};
  static constexpr std::size_t bytes = magic.size() + 5 * sizeof(std::uint64_t);

  std::array<std::uint64_t, 5> numbers{}; ///< as they are written

  std::uint64_t rows() const { return numbers[0]; }
  std::size_t columns() const { return numbers[1] + numbers[2] + numbers[3]; }
  std::uint64_t books() const { return numbers[4]; }

  /// How long the head is, in bytes.
  std::uint64_t head() const {
    return bytes + columns() * sizeof(std::uint32_t) + books() * column_book::most * sizeof(float);
  }
};

/// What the head of a sealed file says: where the rows are, and what their bytes mean.
class sealed_layout {
public:
  /// The header. @param start the file's first sealed_header::bytes bytes, or all if it is shorter
  /// @param size of the whole file, bytes @param path its name in errors
  /// @throws failure (data) where it is none, or does not fit the size
  static sealed_header header_in(const std::byte* start, std::uint64_t size, const std::string& path);

  /// Reads a head. Requires that it is there as far as its header says.
  /// @throws failure (data) where it is none, or does not fit the size of the file
  sealed_layout(const std::byte* head, std::uint64_t size, const std::string& path);
  sealed_layout(sealed_layout&&) = default;
  sealed_layout& operator=(sealed_layout&&) = default;
  sealed_layout(const sealed_layout&) = delete; // runs point to books
  sealed_layout& operator=(const sealed_layout&) = delete;

  std::uint64_t rows() const { return header_.rows(); }
  std::size_t feature_width() const { return header_.numbers[1]; }
  std::size_t label_width() const { return header_.numbers[2]; }
  bool weighted() const { return header_.numbers[3] != 0; }
  std::uint64_t first_row() const { return header_.head(); } ///< where the rows begin, in bytes
  std::size_t row_bytes() const { return row_bytes_; }       ///< of one row

  /// Writes `count` rows to `features`, `labels` and, where they are wanted and there are any, `weights`.
  /// @param rows their bytes, count x row_bytes()
  void decode(const std::byte* rows, std::size_t count, float* features, float* labels, float* weights) const;

private:
  /// Columns that lie side by side and are written alike.
  struct run_of_columns {
    std::size_t count;
    const float* book; ///< null: float32
  };

  void read_plan(const std::vector<std::uint32_t>& plan, const std::string& path);
  static void decode_runs(const std::byte* row, const run_of_columns* begin, const run_of_columns* end, float* to);

  sealed_header header_;
  std::vector<float> books_;
  std::vector<run_of_columns> runs_; // of features, of labels, of the weight: no run has columns of two of them
  std::size_t label_runs_ = 0;       // the first of the labels'
  std::size_t weight_runs_ = 0;      // the first of the weight's
  std::size_t label_at_ = 0;         // where they begin in a row's bytes
  std::size_t weight_at_ = 0;
  std::size_t row_bytes_ = 0;
};

} // namespace dk::data
