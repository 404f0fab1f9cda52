#pragma once

#include "common/replace_file.hpp"
#include "data/formats/npy/npy_write.hpp"
#include "data/table.hpp"

#include <fstream>
#include <iosfwd>
#include <optional>
#include <string>

namespace dk::data {

/// Writes tables of the same columns, one after the other, to a file, in the format that its name ends in: .csv, .jsonl
/// or .npy. Rows are written as they come, beside the path first, so that nobody reads half a file.
class table_writer {
public:
  /// @throws failure (usage) for another ending; (resources)
  explicit table_writer(std::string path);

  /// @throws failure (data) for what the format cannot hold; (resources)
  void add(const table& rows);

  /// All has been added: puts the file in its place. @throws as add
  void done();

private:
  [[noreturn]] void fail() const;

  file_draft draft_;
  std::ofstream to_;               ///< of text
  std::optional<npy::writer> npy_; ///< in its place
  bool has_rows_ = false;
};

/// Writes one table. @throws as table_writer
void write(const table& from, const std::string& path);

/// Whether a file of this name is an array of numbers.
bool is_array(const std::string& path);

/// Whether a file of this name is lines of JSON.
bool is_json_lines(const std::string& path);

/// Checks the ending, before there is anything to write. @throws failure (usage)
void check_writable(const std::string& path);

/// A header, unless it is there, and a line per row, quoted as RFC 4180 has it where it is needed. A cell of several
/// numbers is as many fields, called as its fields are, or `name_0`, `name_1`, ... Missing numbers are empty. What is
/// read again is the same to the last bit.
void write_csv(const table& from, std::ostream& to, bool with_header = true);

/// An object a line, cells of several numbers as lists of their shape. Missing numbers are null.
/// @throws failure (data) for infinite numbers
void write_json_lines(const table& from, std::ostream& to);

} // namespace dk::data
