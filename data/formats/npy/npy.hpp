#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/byte_source.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/keys.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk::data::npy {

// Arrays of numpy, versions 1 to 3: numbers, booleans (as u8) and texts ('S', 'U'), little- or big-endian, in C or
// Fortran order. The first dimension counts rows. A structured array gives a column per field; nested fields are called
// `outer.inner`. Pickled objects ('O') and complex numbers are refused. Numbers of types that a table has not become a
// wider one: u16 i32, u32 and u64 i64 (a u64 above 2^63 - 1 is an error), f16 f32.

/// path = FILE or a pattern (cms/*.npy: the rows of all), labels = FILE (another array, for the column `label`); and of
/// a structured array features, label and columns (data/formats/pick.hpp).
std::vector<key_rule> keys();

/// Whether a file that starts with these bytes is an array of numpy.
bool recognise(std::string_view start);

/// A file: a plain array as the column `name`, a structured one as one per field.
row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string& name);

/// The same of other bytes. @param origin for errors. @throws failure (data); lengths are checked before anything is
/// allocated
row_slices_ptr slices_in(byte_source_ptr bytes, const std::string& origin, const std::string& name);

} // namespace dk::data::npy
