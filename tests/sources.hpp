#pragma once

#include <map>
#include <string>

namespace dk::test {

/// The text of every source file of this checkout, by its path from the root.
const std::map<std::string, std::string>& sources();

} // namespace dk::test
