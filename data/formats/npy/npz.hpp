#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/keys.hpp"

#include <string_view>
#include <vector>

namespace dk::data::npz {

// A zip of arrays of numpy, stored or deflated, zip64 too. Each array is a column of its name, or, where it is
// structured, one per field, `array.field`.

/// path = FILE or a pattern, and features, label and columns (data/formats/pick.hpp).
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes is a zip.
bool recognise(std::string_view start);

/// The arrays that the source names, of a file; all when it names none. @throws failure (data)
row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string& name);

/// The same of a file in memory, borrowed.
row_slices_ptr slices_in(std::string_view bytes, const std::string& origin, const spec& source);

} // namespace dk::data::npz
