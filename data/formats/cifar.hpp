#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/byte_source.hpp"
#include "data/formats/bytes/row_slices.hpp"
#include "data/keys.hpp"

#include <string>
#include <vector>

namespace dk::data::cifar {

// The binary files of CIFAR-10 and CIFAR-100: records of a label (CIFAR-100: a coarse and a fine one) and 3,072 bytes,
// the red, the green and the blue plane of 32 x 32, row-major. Nothing in them says what they are, so that the format
// has to be named.

/// path = FILE or a pattern (cifar/data_batch_*.bin: the rows of all), classes = 10 (default) or 100, labels = "fine"
/// (default) or "coarse" of CIFAR-100, channels = "last" (default: cells of [32, 32, 3], as Keras has them) or "first".
std::vector<key_rule> keys();

/// Columns `features` and `label`, both u8. @throws failure (data) when the file does not hold whole records, or a
/// label is out of range
row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string& name);

/// The same of other bytes.
row_slices_ptr slices_in(byte_source_ptr bytes, const std::string& origin, const spec& source);

} // namespace dk::data::cifar
