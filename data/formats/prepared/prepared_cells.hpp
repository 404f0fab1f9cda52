#pragma once

#include "data/formats/prepared/column_file.hpp"
#include "data/formats/prepared/prepared_schema.hpp"
#include "data/table.hpp"

#include <string>

namespace dk::data::prepared {

/// Numbers as they lie in a column's file; f32 are used where they lie. Requires a type of numbers, and bytes that hold
/// whole ones.
cells numbers_in(std::string_view type, const std::shared_ptr<const std::byte>& bytes, std::size_t size);

/// A column in the file that a schema names for it, any of its rows at a time.
class stored_column {
public:
  /// @throws failure (data) when the file is torn, damaged in header or index, of another folder, or of another size
  /// than the rows take
  stored_column(column_entry about, const std::string& folder, std::size_t rows);

  const column_entry& about() const { return about_; }

  /// Bytes that a row takes in memory; of texts in the mean.
  std::size_t row_bytes() const;

  /// Rows [first, first + count). Requires that there are as many. @throws failure (data) for what is damaged in them
  column rows(std::size_t first, std::size_t count);

private:
  texts read_texts(std::size_t first, std::size_t count);

  column_entry about_;
  std::string path_;
  std::size_t rows_;
  std::size_t width_ = 1; // numbers in a row
  column_file file_;
};

} // namespace dk::data::prepared
