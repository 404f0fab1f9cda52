#pragma once

#include "common/random.hpp"
#include "common/spec.hpp"
#include "nn/shape.hpp"

#include <string>
#include <vector>

namespace dk::nn {

/// What fresh weights are. A value, as a config has it, is a name ("zeros") or a table of the name and its keys
/// ({ name = "constant", value = 1.0 }), which are Keras's.
std::vector<std::string> initializer_names();

/// @throws failure (config): an unknown name, key, type or range
void check_initializer(const nlohmann::json& value);

/// Fills an array of these extents. Numbers come from `random`, or from the value's own `seed`.
/// @throws failure (config) when the array has too few or too many axes for it
void initialize(const nlohmann::json& value, const shape& extents, random_stream& random, float* to);

/// {class_name, config}, as Keras 2 writes it.
nlohmann::json keras_initializer(const nlohmann::json& value);

/// The value for what a Keras file has: a name, or {class_name, config}; null for null.
/// @throws failure (model) for one that we do not have, or a key of it
nlohmann::json read_keras_initializer(const nlohmann::json& from);

} // namespace dk::nn
