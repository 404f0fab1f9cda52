#pragma once

#include "common/spec.hpp"
#include "data/table.hpp"

#include <string>

namespace dk {

/// The source, reading every column under its own name where it does not say which.
spec with_all_columns(spec source);

/// Rows, and of each column type, shape, least, greatest and mean number and how many are missing (NaN), or how many
/// different texts; then the first rows.
std::string data_summary(const data::table& of);

} // namespace dk
