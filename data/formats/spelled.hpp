#pragma once

#include "data/table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk::data {

// Texts as they stand in a file (spelling), written into other files.

/// A field of CSV without its quotes.
std::string unquoted(std::string_view field);

/// Quoted as RFC 4180 has it where it is needed: where it holds a comma, a quote or a line end, or nothing.
void append_quoted(std::string& to, std::string_view text);

/// A text as JSON has it, in quotes.
std::string json_text(std::string_view text);

/// Row `row` of texts as a field of CSV: what was one is one again, byte for byte.
void append_csv_field(std::string& to, const column& from, std::size_t row);

/// Row `row` of texts as a value of JSON: what was one is one again, byte for byte, and so is a number of a field that
/// is one in JSON, too; all else is a text. @return false, and nothing appended, where the line had none
bool append_json_value(std::string& to, const column& from, std::size_t row);

/// As an array can hold it: numbers, f64, where `numbers` are wanted and all of them are, and none is whole and beyond
/// 2^53; an empty field and null are NaN. Else plain texts.
column plain_values(const column& from, bool numbers);

/// What one line of JSON holds: its keys, as they read, and its values, as they stand there.
struct json_member {
  std::string key;
  std::string_view value;
};

/// Requires a line that holds one object of JSON.
std::vector<json_member> json_members(std::string_view line);

} // namespace dk::data
