#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/byte_stream.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/keys.hpp"
#include "data/table.hpp"
#include "data/table_stream.hpp"

#include <string_view>
#include <vector>

namespace dk::data::csv {

// Text with a delimiter, quoted as RFC 4180 has it, newlines in quotes included; blank lines are passed over, blanks
// around numbers too. A file that gzip or zstd has packed is unpacked. What is not asked for is not looked at. "nan"
// and "inf" are read as numbers.

/// path = FILE or a pattern (data/*.csv: the rows of all), features = [NAMES] (default: all but the label and `text`,
/// and none where `columns` is given; "*" in the list: all that label, `columns` and `text` leave), label = NAME
/// (default: the column `label`, if there is one), columns = [NAMES] for columns that keep their names (they may be
/// features or the label besides; "*": all that nothing else takes), text = [NAMES] that are texts whatever they look
/// like, delimiter = "," by default, header = false where the file has none (columns C0, C1,
/// ...), encoding (encoding.hpp), missing = TEXT or [TEXTS] that stand for no value and become NaN (default: none, so
/// that an empty number is an error).
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes is text.
bool recognise(std::string_view start);

/// Columns `features` (f32, [number of features], in the order of the list); `label`: f64, or text where that of the
/// first row is no number; and the others, each in the type that spark-csv would infer: i32, i64, f64 (whole numbers of
/// which some are missing, too) or text (timestamps, and a column of nothing, too).
/// @throws failure (data): "FILE:LINE:COLUMN: what, which field, what to do"
table read(const spec& source);

/// The same, some rows at a time; where there are `columns`, all are read once to know their types.
/// @param bytes of text that are read together. @throws as read, also from `next`
table_source rows_of(const spec& source, std::size_t bytes);

/// The first rows, and those that follow, where the types of `columns` are those of the rows that are read together.
table_stream_ptr glance(const spec& source, std::size_t bytes);

/// The rows for a model to answer: what is a label is not looked at, and `written` has all fields as they stand in the
/// file.
table_stream_ptr to_answer(const spec& source, std::size_t bytes);

/// The same of text that comes from elsewhere, as it comes: the types of `columns` are those of the rows that are read
/// together. @param text is UTF-8. @param origin its name for errors
table_stream_ptr to_answer(std::unique_ptr<byte_stream> text, const std::string& origin, const spec& source,
                           std::size_t bytes);

/// As read, from text in memory. @param origin the file's name for errors
table parse(const file_content& text, const std::string& origin, const spec& source);

} // namespace dk::data::csv
