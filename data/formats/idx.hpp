#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/keys.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk::data::idx {

// IDX, the format of MNIST: 00 00 TYPE RANK, then RANK big-endian u32 sizes, then the numbers, big-endian, row-major.
// A file that gzip or zstd has packed is unpacked. TYPE is 08 u8, 09 i8, 0B i16, 0C i32, 0D f32, 0E f64. The first size
// counts rows.

/// features = FILE, labels = FILE (may be left out where only the model's outputs are wanted).
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes is IDX.
bool recognise(std::string_view start);

/// One file as the column `name`; its row shape is the file's sizes without the first.
/// @throws failure (data) when it is missing or damaged; sizes are checked before anything is allocated
row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string& name);

} // namespace dk::data::idx
