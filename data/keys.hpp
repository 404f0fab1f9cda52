#pragma once

#include "common/keys.hpp"
#include "common/spec.hpp"

#include <string>
#include <vector>

namespace dk::data {

/// Checks that `given` has only these keys, all required ones, and that each has its type.
/// @param role what `given` is, to start the error: "transform", "source"
/// @throws key_failure that names the key in backquotes, what was found and what was expected
void check_keys(const spec& given, const std::string& role, const std::vector<key_rule>& rules);

} // namespace dk::data
