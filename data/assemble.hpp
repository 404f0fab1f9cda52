#pragma once

#include "data/table.hpp"

#include <string>
#include <vector>

namespace dk::data {

/// The columns beside each other, in this order, as one f32 column whose cells are vectors. A single column of f32
/// vectors is shared. @throws failure (data) for a column that there is none of, or that holds text
column assembled(const table& from, const std::vector<std::string>& names, const std::string& to);

} // namespace dk::data
