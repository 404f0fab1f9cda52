#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/table_stream.hpp"

#include <string>

namespace dk::data {

/// A format whose files are read a slice of rows at a time.
struct sliced_format {
  /// Opens a file. @param name of the column, where the file says none
  row_slices_ptr (*open)(const spec& source, const std::string& path, const std::string& name) = nullptr;

  const char* label_key = nullptr; ///< of the file whose rows are the column `label`; nullptr: there is no such key

  /// What the source asks for, of a file's columns. nullptr: all
  table (*pick)(table from, const spec& source) = nullptr;

  const char* weight_key = nullptr; ///< of the file whose rows are their weights; nullptr: there is no such key
};

/// The rows of all files that the source names under `path_key`, in tables of about `bytes`.
/// @throws failure (data), also from `next`
table_stream_ptr open_slices(const spec& source, const char* path_key, const sliced_format& how, std::size_t bytes);

} // namespace dk::data
