#pragma once

#include "data/pipeline.hpp"

#include <set>
#include <string>
#include <vector>

namespace dk::data {

/// What of a pipeline makes some columns, and the columns that rows must have for that.
struct needed_part {
  pipeline transforms;
  std::set<std::string> columns;
};

/// Of a transform that works on several columns each by itself only those that are needed are left. What takes columns
/// away, and what is for training rows only, is left out. @param filters whether what takes rows away stays
needed_part needed_for(const pipeline& all, std::set<std::string> wanted, bool filters);

/// A transform of the way that a column has come, of this column alone.
struct column_step {
  fitted_transform what;
  std::string from; ///< the column that it read
  std::string to;   ///< and that it made
};

/// The way of a column, the last step first, as far back as each was made of one column.
std::vector<column_step> way_of(const pipeline& all, std::string column);

} // namespace dk::data
