#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/uio.h>
#include <vector>

namespace dk::data {

/// Rows of float32 on disk, in place of memory: of each row its features, then its label. The file has no name, so that
/// nothing of it is left when its last user ends, however it ends. Rows are read at any place, by any thread.
class row_file {
public:
  /// An empty file. @param folder where; it must exist. @throws failure (resources)
  row_file(const std::string& folder, std::size_t feature_width, std::size_t label_width);
  ~row_file();
  row_file(const row_file&) = delete;
  row_file& operator=(const row_file&) = delete;

  std::size_t feature_width() const { return feature_width_; }
  std::size_t label_width() const { return label_width_; }
  std::uint64_t rows() const { return rows_; }

  /// Adds rows at the end. One thread, before anybody reads. @throws failure (resources), as when the disk is full
  void append(const float* features, const float* labels, std::size_t count);

  /// Copies rows [first, first + count) to `features` and `labels`. Requires first + count <= rows().
  /// @throws failure (resources) where the disk fails
  void read(std::uint64_t first, std::size_t count, float* features, float* labels) const;

  /// Copies rows [first, first + count) as they lie in the file: each one's features, and then its label.
  void read_lines(std::uint64_t first, std::size_t count, float* to) const;

  /// Lets the system read these rows ahead. A hint: nothing depends on it.
  void expect(std::uint64_t first, std::uint64_t count) const;

private:
  void read_into(const iovec* pieces, std::size_t count, std::uint64_t first, std::size_t rows) const;
  std::size_t row_bytes() const { return (feature_width_ + label_width_) * sizeof(float); }

  std::string folder_; // for errors
  int number_;
  std::size_t feature_width_;
  std::size_t label_width_;
  std::uint64_t rows_ = 0;
};

} // namespace dk::data
