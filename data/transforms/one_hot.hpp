#pragma once

#include "common/spec.hpp"
#include "data/table.hpp"

namespace dk::data::one_hot {

// A column of class numbers c, one per row, becomes f32 rows of `classes` numbers: 1 at place c, 0 elsewhere.

/// column = NAME or columns = [NAMES]; classes = COUNT; to = NAME or [NAMES] for new columns (default: in place).
void check(const spec& transform);

/// @throws failure (data) that names the row and the value when a number is not whole or not in [0, classes)
void apply(const spec& transform, table& to);

} // namespace dk::data::one_hot
