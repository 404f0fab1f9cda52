#pragma once

#include "data/dataset.hpp"
#include "data/shuffle.hpp"

#include <cstddef>
#include <cstdint>

namespace dk::data {

/// Copies the rows at places [first, first + count) of the epoch's order into one block each.
/// @param features room for count x feature_width numbers
/// @param labels room for count x label_width numbers; may be null when there are no labels
/// Requires first + count <= order.rows() == from.rows. @throws failure (resources) where rows are stored and the disk
/// fails
void gather(const dataset& from, const row_order& order, std::uint64_t first, std::size_t count, float* features,
            float* labels);

} // namespace dk::data
