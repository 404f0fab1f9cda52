#pragma once

#include "common/spec.hpp"
#include "data/table.hpp"

#include <string>
#include <utility>
#include <vector>

namespace dk::data {

/// Applies the transforms to the table, one after the other.
/// @throws failure (config) for keys, failure (data) for missing columns and bad values
void apply(const std::vector<spec>& transforms, table& to);

/// Checks a transform's name, keys and types, without data. @throws failure (config)
void check_transform(const spec& transform);

/// The names of all transforms.
std::vector<std::string> transform_names();

/// Which columns a transform reads and writes, as (from, to) pairs: the keys `column` or `columns`, and `to` where it
/// holds names (default: in place).
std::vector<std::pair<std::string, std::string>> transform_columns(const spec& transform);

} // namespace dk::data
