#pragma once

#include "data/transforms/transform.hpp"

#include <string>
#include <vector>

namespace dk::data {

/// The transform of this name. @throws failure (config) that suggests the nearest
const transform_kind& find_transform(const std::string& name);

/// Checks a transform's name, keys and types, without data. @throws failure (config)
void check_transform(const spec& given);

/// The names of all transforms.
std::vector<std::string> transform_names();

/// The transform with the relative paths in it made absolute against `folder`.
spec anchored_transform(spec given, const std::string& folder);

/// The sources that a transform reads besides.
std::vector<spec> sources_of(const spec& transform);

} // namespace dk::data
