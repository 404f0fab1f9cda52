#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/keys.hpp"

#include <string_view>
#include <vector>

namespace dk::data::hdf5 {

// Data sets of numbers, or of texts, in an HDF5 file, whose first dimension counts rows. Without a list of names, those
// in the root group. Read such files from people you trust only: HDF5 itself was not written for hostile ones.

/// path = FILE or a pattern, and features, label and columns (data/formats/pick.hpp), which name data sets ("x" or
/// "group/x").
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes is HDF5, behind a block of the user's own or not.
bool recognise(std::string_view start);

/// The same of a file, whose block may be any length. @throws failure (data)
bool recognise_file(const std::string& path);

/// The data sets of a file that the source asks for. @throws failure (data)
row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string& name);

} // namespace dk::data::hdf5
