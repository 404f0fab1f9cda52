#pragma once

#include "common/spec.hpp"
#include "data/table.hpp"

namespace dk::data::min_max {

// y = to[0] + (x - from[0]) * (to[1] - to[0]) / (from[1] - from[0]), for every number of a column; the result is f32
// and keeps the shape. `from` is given, not found in the data, so that training and test data are scaled alike;
// numbers outside it land outside `to`.

/// column = NAME or columns = [NAMES]; from = [LOW, HIGH]; to = [LOW, HIGH] (default [0, 1]) to scale in place, or
/// to = NAME or [NAMES] to write new columns in [0, 1].
void check(const spec& transform);
void apply(const spec& transform, table& to);

} // namespace dk::data::min_max
