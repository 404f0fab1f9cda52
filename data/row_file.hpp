#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <sys/uio.h>
#include <vector>

namespace dk::data {

/// Rows of float32 on disk, in place of memory: of each row its features, its label, and its weight where they have
/// weights. The file has no name, so that
/// nothing of it is left when its last user ends, however it ends. Rows are read at any place, by any thread.
class row_file {
public:
  /// An empty file. @param folder where; it must exist. @throws failure (resources)
  row_file(const std::string& folder, std::size_t feature_width, std::size_t label_width, bool weighted = false);
  ~row_file();
  row_file(const row_file&) = delete;
  row_file& operator=(const row_file&) = delete;

  std::size_t feature_width() const { return feature_width_; }
  std::size_t label_width() const { return label_width_; }
  bool weighted() const { return weighted_; }
  std::uint64_t rows() const { return rows_; }

  /// Adds rows at the end. One thread, before anybody reads. @param weights null: 1
  /// @throws failure (resources), as when the disk is full
  void append(const float* features, const float* labels, std::size_t count, const float* weights = nullptr);

  /// Weight of each row <- the weight times what `factor` says of its label. Requires weighted(). One thread, before
  /// anybody reads. @throws failure (resources) where the disk fails
  void multiply_weights(const std::function<float(const float* label)>& factor);

  /// Copies rows [first, first + count) to `features`, `labels` and, where there are any, `weights`. Requires
  /// first + count <= rows(). @throws failure (resources) where the disk fails
  void read(std::uint64_t first, std::size_t count, float* features, float* labels, float* weights = nullptr) const;

  /// Copies rows [first, first + count) as they lie in the file: each one's features, its label, its weight.
  void read_lines(std::uint64_t first, std::size_t count, float* to) const;

  /// Lets the system read these rows ahead. A hint: nothing depends on it.
  void expect(std::uint64_t first, std::uint64_t count) const;

private:
  void write_lines(std::uint64_t first, std::size_t count, const float* lines);
  void read_into(const iovec* pieces, std::size_t count, std::uint64_t first, std::size_t rows) const;
  std::size_t width() const { return feature_width_ + label_width_ + (weighted_ ? 1 : 0); } // numbers of a row
  std::size_t row_bytes() const { return width() * sizeof(float); }

  std::string folder_; // for errors
  int number_;
  std::size_t feature_width_;
  std::size_t label_width_;
  bool weighted_;
  std::uint64_t rows_ = 0;
};

} // namespace dk::data
