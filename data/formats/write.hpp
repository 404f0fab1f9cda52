#pragma once

#include "data/table.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace dk::data {

/// Writes a table to a file, in the format that its name ends in: .csv, .jsonl or .npy. It is written beside the path
/// first, so that nobody reads half of it.
/// @throws failure (usage) for another ending; (data) for what the format cannot hold; (resources)
void write(const table& from, const std::string& path);

/// Checks the ending, before there is anything to write. @throws failure (usage)
void check_writable(const std::string& path);

/// A header and a line per row, quoted as RFC 4180 has it where it is needed. A cell of several numbers is as many
/// fields, called as its fields are, or `name_0`, `name_1`, ... Missing numbers are empty. What is read again is the
/// same to the last bit.
void write_csv(const table& from, std::ostream& to);

/// An object a line, cells of several numbers as lists of their shape. Missing numbers are null.
/// @throws failure (data) for infinite numbers
void write_json_lines(const table& from, std::ostream& to);

/// One column as a plain array, several as a structured one. Texts are of type S.
void write_npy(const table& from, std::ostream& to);

} // namespace dk::data
