#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/byte_stream.hpp"
#include "data/keys.hpp"
#include "data/table.hpp"
#include "data/table_stream.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data::json_lines {

// A JSON object a line, a column per key. Numbers become i32 where all are whole and 32 bits hold them, i64 where 53
// do, else f64; true and false are 1 and 0; lists of numbers are cells, nested ones of their shape; texts are texts;
// Spark's sparse vectors, {"size": 8, "indices": [3, 7], "values": [1.5, 2]}, become texts for the transform `dense`. A
// key that is null or absent in a line is missing there: NaN, or an empty text. So is a null in a list. Lines
// that lack more than 8 numbers for each of their bytes are refused (a million are always allowed).

/// path = FILE or a pattern, encoding (encoding.hpp), and features, label and columns (data/formats/pick.hpp).
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes has an object in its first line.
bool recognise(std::string_view start);

table read(const spec& source);

/// The same, about `bytes` of text at a time. Where the first lines do not have every column that is asked for, all are
/// read once to know of them. Numbers may get a wider type from one table to the next.
/// @throws as read, also from `next`
table_source rows_of(const spec& source, std::size_t bytes);

/// All columns of the first rows, and of those that follow.
table_stream_ptr glance(const spec& source, std::size_t bytes);

/// The rows for a model to answer: only the columns that the source lists are looked at, and `written` has all values
/// as they stand in the file. Requires a source that lists its features, or columns.
table_stream_ptr to_answer(const spec& source, std::size_t bytes);

/// The same of text that comes from elsewhere, as it comes. @param text is UTF-8. @param origin its name for errors
table_stream_ptr to_answer(std::unique_ptr<byte_stream> text, const std::string& origin, const spec& source,
                           std::size_t bytes);

/// All columns of a text. @throws failure (data): "FILE:LINE:COLUMN: what, which key, what to do"
table parse(std::string_view text, const std::string& origin);

} // namespace dk::data::json_lines
