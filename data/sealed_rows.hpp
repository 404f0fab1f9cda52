#pragma once

#include "data/dataset.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
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
// All numbers are little-endian.

/// Rows of a sealed file, mapped.
class sealed_rows {
public:
  /// @throws failure (data) for what is no such file, or one of another size than its header says; (resources)
  explicit sealed_rows(const std::string& path);

  std::uint64_t rows() const { return rows_; }
  std::size_t feature_width() const { return feature_width_; }
  std::size_t label_width() const { return label_width_; }
  bool weighted() const { return weight_width_ != 0; }

  /// Copies rows [first, first + count) to `features`, `labels` and, where there are any, `weights`. Requires
  /// first + count <= rows(). Any thread. @throws failure (data) where the file was cut short
  void read(std::uint64_t first, std::size_t count, float* features, float* labels, float* weights = nullptr) const;

  /// The file is larger than the memory that it may take: each read gets the rows that it asks for from the disk, and
  /// no others beside them.
  void read_sparingly() const;

  /// Begins to fetch these rows from the disk, if they are not in memory. Requires first + count <= rows().
  void fetch(std::uint64_t first, std::size_t count) const;

private:
  /// Columns that lie side by side and are written alike.
  struct run_of_columns {
    std::size_t first;
    std::size_t count;
    const float* book; ///< null: float32
  };

  void read_header(const std::string& path, std::uint64_t size);
  void read_plan(const std::string& path, std::uint64_t size);
  void decode(const std::byte* row, const run_of_columns* begin, const run_of_columns* end, float* to) const;

  std::shared_ptr<const std::byte> bytes_;
  std::uint64_t size_ = 0; // of the file
  std::uint64_t rows_ = 0;
  std::size_t feature_width_ = 0;
  std::size_t label_width_ = 0;
  std::size_t weight_width_ = 0;
  std::uint64_t num_books_ = 0;
  std::vector<float> books_;
  std::vector<run_of_columns> runs_; // of features, of labels, of the weight: no run has columns of two of them
  std::size_t label_runs_ = 0;       // the first of the labels'
  std::size_t weight_runs_ = 0;      // the first of the weight's
  std::uint64_t first_row_ = 0;      // where the rows begin
  std::size_t row_bytes_ = 0;
};

/// Rows of a sealed file as a dataset. @param buffers how they are shuffled
dataset dataset_of(std::shared_ptr<const sealed_rows> rows, shuffle_buffers buffers);

/// A sealed file without a name in the file system, as its maker has it.
class sealed_file {
public:
  sealed_file(int descriptor, std::string name, std::uint64_t bytes)
      : descriptor_(descriptor), name_(std::move(name)), bytes_(bytes) {}
  ~sealed_file();
  sealed_file(const sealed_file&) = delete;
  sealed_file& operator=(const sealed_file&) = delete;

  const std::string& name() const { return name_; } ///< of its bytes (common/content_name.hpp)
  std::uint64_t bytes() const { return bytes_; }

  /// Bytes [first, first + count). Requires first + count <= bytes(). @throws failure (resources) where the disk fails
  std::vector<char> read(std::uint64_t first, std::size_t count) const;

  /// Gives the file this name, in the folder where it lies; whole, or not at all. One that has the name already stays.
  /// @throws failure (resources)
  void keep_as(const std::string& path) const;

private:
  int descriptor_;
  std::string name_;
  std::uint64_t bytes_;
};

/// Seals the rows of a dataset. @param folder where the file lies; empty: $TMPDIR, or else /var/tmp
/// @throws failure (resources) when the disk is full
std::shared_ptr<const sealed_file> seal(const dataset& rows, const std::string& folder);

/// How long the file would be.
std::uint64_t sealed_bytes(const dataset& rows);

} // namespace dk::data
