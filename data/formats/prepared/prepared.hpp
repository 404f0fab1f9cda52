#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/keys.hpp"
#include "data/pipeline.hpp"
#include "data/table.hpp"

#include <string>
#include <vector>

namespace dk::data::prepared {

// Our own format: a folder with a file per column (column_file.hpp) and `schema.json`, which says rows, names, types
// and shapes, and the pipeline that the rows have been through. It is written last, and seals the columns: a file that
// is torn, changed or of another folder is noticed, and named. f32 columns that are not packed are used where they are
// mapped, so that reading costs no more than a look at every byte.

/// path = FOLDER, and features, label and columns (data/formats/pick.hpp; default: all, under their names).
/// fields = [ names of the columns that the numbers of `features` were made of ]: data that were made of others, or in
/// another order, are refused. A run writes them into its own config.
std::vector<key_rule> keys();

/// Whether the path is such a folder.
bool is_folder(const std::string& path);

/// The columns that the source asks for; a block of them is checked when its rows are read.
/// @throws failure (data) that names the file at fault
row_slices_ptr open_rows(const spec& source, const std::string& folder, const std::string& name);

/// What the source makes of them: what its keys say, or, without any, all under their names.
table pick(table from, const spec& source);

/// What the rows have been through. @throws failure (data)
pipeline pipeline_of(const spec& source);

/// Writes a table to a folder, as prepared_writer.hpp writes several. @throws failure (usage) when it holds something
/// already; (resources)
void write(const table& from, const pipeline& prepared, const std::string& folder, bool packed);

} // namespace dk::data::prepared
