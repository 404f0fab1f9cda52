#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/byte_source.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/keys.hpp"

#include <string>
#include <vector>

namespace dk::data::raw_floats {

// Numbers without a header: little-endian float32, row after row. Nothing in the file says what it is, so that the
// format has to be named.

/// path = FILE or a pattern, width = how many numbers a row has.
std::vector<key_rule> keys();

/// The column `features`, f32. @throws failure (data) when the file does not hold whole rows
row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string& name);

/// The same of other bytes.
row_slices_ptr slices_in(byte_source_ptr bytes, const std::string& origin, const spec& source);

} // namespace dk::data::raw_floats
