#pragma once

#include "common/spec.hpp"
#include "data/dataset.hpp"
#include "data/keys.hpp"
#include "data/pipeline.hpp"
#include "data/table.hpp"
#include "data/table_stream.hpp"

#include <string>
#include <vector>

namespace dk::data {

/// Reads a source: `name` is the format, the keys are the format's own (see its header).
/// @returns a table with the columns `features` and, where the source names labels, `label`
/// @throws failure (config) for keys, failure (data) for files
table read(const spec& source);

/// The same rows, some at a time, as often as they are asked for: of text about `bytes` of it, of other formats tables
/// of about half as many. @throws as read, also from `next`
table_source rows_of(const spec& source, std::size_t bytes = std::size_t{16} << 20U);

/// The same, once.
table_stream_ptr open(const spec& source, std::size_t bytes = std::size_t{16} << 20U);

/// The same, to see what the first rows are like: nothing is read but these. So columns may change their types, and
/// there may be more than the source asks for.
table_stream_ptr glance(const spec& source, std::size_t bytes = std::size_t{1} << 20U);

/// Bytes of the source's files, packed or not, or 0 where it is a folder. @throws failure (data)
std::size_t bytes_of(const spec& source);

/// The files of a source, those in its folders, too, in order. @throws failure (data) where a pattern matches none
std::vector<std::string> files_of_source(const spec& source);

/// Checks a source's format, keys and types, without opening a file. @throws failure (config)
void check_source(const spec& source);

/// The source for a plain path, with its format told by the file's first bytes. @throws failure (data)
spec source_of(const std::string& path);

/// The source with its relative paths made absolute against `folder`.
spec anchored(spec source, const std::string& folder);

/// The keys of a format. @throws failure (config) for one that there is not
std::vector<key_rule> source_keys(const std::string& format);

/// The source with the columns listed that its features were made of, where it lists none and they have names: so that
/// they can be found in other data whatever the order of its columns. @param read of that source
spec with_listed_features(spec source, const table& read);

/// The source with the features that another one of its format lists, where it says nothing of columns itself.
spec with_features_of(spec source, const spec& other);

/// Whether the rows of a source have weights.
weight_use weights_of(const spec& source);

/// What the rows of a source have been through already: those of a prepared folder. @throws failure (data)
pipeline prepared_by(const spec& source);

/// What the format that had this name is called now: "prepared" for "shards". Any other name is returned as it is.
std::string current_format(const std::string& name);

/// Whether files of a format may have columns with names, so that a source can choose among them.
bool names_columns(const std::string& format);

/// Whether a cell of a format may hold several numbers. @throws failure (config) for a format that there is not
bool has_arrays(const std::string& format);

/// Whether files of a format may have columns in groups, which "*" does not name. @throws as has_arrays
bool hides_columns(const std::string& format);

/// The names of all formats.
std::vector<std::string> source_formats();

} // namespace dk::data
