#pragma once

#include "common/spec.hpp"

namespace dk::nn::keras {

/// Who wrote a file: what the same words mean, and how weights lie, depends on it.
enum class generation { keras_1 = 1, keras_2, keras_3 };

/// What the config of a layer, or of a whole model, says about its weights; without a word they are trained.
/// @throws failure (model) for anything but true and false
bool read_trainable(const nlohmann::json& config);

/// A layer, {"class_name": ..., "config": ...}, in our words. Keys that are not known are ignored, as are constraints
/// and activity regularizers.
/// @throws failure (model, config): a class, an activation or a key's value that is not supported
spec read_layer(const nlohmann::json& from, generation by);

} // namespace dk::nn::keras
