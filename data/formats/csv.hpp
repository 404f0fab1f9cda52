#pragma once

#include "common/spec.hpp"
#include "data/keys.hpp"
#include "data/table.hpp"

#include <string_view>
#include <vector>

namespace dk::data::csv {

// Numbers with a header line, quoted as RFC 4180 has it; blank lines are passed over, blanks around numbers too.
// Only the columns asked for are parsed, so others may hold text. "nan" and "inf" are read as numbers.

/// path = FILE, features = [NAMES] (default: all but the label), label = NAME (default: the column `label`, if there
/// is one), delimiter = "," by default.
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes is text.
bool recognise(std::string_view start);

/// Columns `features` (f32, [number of features], in the order of the list) and, where there is one, `label` (f64, []).
/// @throws failure (data): "FILE:LINE:COLUMN: what, which field, what to do"
table read(const spec& source);

/// As read, from text in memory. @param origin the file's name for errors
table parse(std::string_view text, const std::string& origin, const spec& source);

} // namespace dk::data::csv
