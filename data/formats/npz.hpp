#pragma once

#include "common/spec.hpp"
#include "data/keys.hpp"
#include "data/table.hpp"

#include <string_view>
#include <vector>

namespace dk::data::npz {

// A zip of arrays of numpy, stored or deflated, zip64 too. Each array is a column of its name, or, where it is
// structured, one per field, `array.field`.

/// path = FILE or a pattern, and features, label and columns (data/formats/pick.hpp).
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes is a zip.
bool recognise(std::string_view start);

table read(const spec& source);

/// The arrays that the source names, of a file in memory; all when it names none. @throws failure (data)
table parse(std::string_view bytes, const std::string& origin, const spec& source);

} // namespace dk::data::npz
