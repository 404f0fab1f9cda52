#pragma once

#include "data/dataset.hpp"
#include "data/sealed_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dk::data {

/// Rows of a sealed file, mapped.
class sealed_rows {
public:
  /// @throws failure (data) for what is no such file, or one of another size than its header says; (resources)
  explicit sealed_rows(const std::string& path);

  std::uint64_t rows() const { return layout_.rows(); }
  std::size_t feature_width() const { return layout_.feature_width(); }
  std::size_t label_width() const { return layout_.label_width(); }
  bool weighted() const { return layout_.weighted(); }

  /// Copies rows [first, first + count) to `features`, `labels` and, where there are any, `weights`. Requires
  /// first + count <= rows(). Any thread. @throws failure (data) where the file was cut short
  void read(std::uint64_t first, std::size_t count, float* features, float* labels, float* weights = nullptr) const;

  /// The file is larger than the memory that it may take: each read gets the rows that it asks for from the disk, and
  /// no others beside them.
  void read_sparingly() const;

  /// Begins to fetch these rows from the disk, if they are not in memory. Requires first + count <= rows().
  void fetch(std::uint64_t first, std::size_t count) const;

private:
  struct mapping {
    std::shared_ptr<const std::byte> bytes;
    std::uint64_t size = 0;
  };

  static mapping mapped(const std::string& path);

  mapping file_;
  sealed_layout layout_;
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

/// How long a sealed file is, in bytes.
struct sealed_size {
  std::uint64_t head = 0; ///< what is before the rows
  std::uint64_t rows = 0;

  std::uint64_t whole() const { return head + rows; }
};

/// How long the file of these rows would be.
sealed_size sealed_size_of(const dataset& rows);

} // namespace dk::data
