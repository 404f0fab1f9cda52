#pragma once

#include "data/table.hpp"

#include <fstream>
#include <iosfwd>
#include <string>
#include <vector>

namespace dk::data {

/// Writes tables of the same columns, one after the other, to a file, in the format that its name ends in: .csv, .jsonl
/// or .npy, of which all rows are held until the end. It is written beside the path first, so that nobody reads half of
/// it.
class table_writer {
public:
  /// @throws failure (usage) for another ending; (resources)
  explicit table_writer(std::string path);

  /// Removes what was written, unless it is done.
  ~table_writer();
  table_writer(const table_writer&) = delete;
  table_writer& operator=(const table_writer&) = delete;

  /// @throws failure (data) for what the format cannot hold; (resources)
  void add(const table& rows);

  /// All has been added: puts the file in its place. @throws as add
  void done();

private:
  [[noreturn]] void fail() const;

  std::string path_;
  std::string draft_;
  std::ofstream to_;
  std::vector<table> held_;
  bool has_rows_ = false;
};

/// Writes one table. @throws as table_writer
void write(const table& from, const std::string& path);

/// Checks the ending, before there is anything to write. @throws failure (usage)
void check_writable(const std::string& path);

/// A header, unless it is there, and a line per row, quoted as RFC 4180 has it where it is needed. A cell of several
/// numbers is as many fields, called as its fields are, or `name_0`, `name_1`, ... Missing numbers are empty. What is
/// read again is the same to the last bit.
void write_csv(const table& from, std::ostream& to, bool with_header = true);

/// An object a line, cells of several numbers as lists of their shape. Missing numbers are null.
/// @throws failure (data) for infinite numbers
void write_json_lines(const table& from, std::ostream& to);

/// One column as a plain array, several as a structured one. Texts are of type S.
void write_npy(const table& from, std::ostream& to);

} // namespace dk::data
