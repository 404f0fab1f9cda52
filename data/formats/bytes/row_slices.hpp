#pragma once

#include "data/table.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace dk::data {

/// The rows of a file, any of them at a time. One thread at a time.
class row_slices {
public:
  virtual ~row_slices() = default;

  virtual std::size_t rows() const = 0;

  /// What a row takes in memory, about.
  virtual std::size_t row_bytes() const = 0;

  /// Rows [first, first + count), with the same columns each time; cheapest where they follow those before. Requires
  /// first + count <= rows(). @throws failure (data)
  virtual table slice(std::size_t first, std::size_t count) = 0;

  table all() { return slice(0, rows()); }
};

using row_slices_ptr = std::unique_ptr<row_slices>;

/// The columns of several beside each other. Requires one at least. @throws failure (data) where they have not as many
/// rows
row_slices_ptr beside(std::vector<row_slices_ptr> parts);

/// @param rows of `one`, and of what follows it. @throws failure (data) unless the other has as many
void require_as_many_rows(row_slices& one, std::size_t rows, row_slices& other);

} // namespace dk::data
