#pragma once

#include "common/spec.hpp"

#include <string>
#include <vector>

namespace dk::nn::keras {

/// Who wrote a file: what the same words mean, and how weights lie, depends on it.
enum class generation { keras_1 = 1, keras_2, keras_3 };

/// What the config of a layer, or of a whole model, says about its weights; without a word they are trained.
/// @throws failure (model) for anything but true and false
bool read_trainable(const nlohmann::json& config);

/// A layer, {"class_name": ..., "config": ...}, in our words. Every key of it is read, or known to change nothing
/// (known_keys.hpp).
/// @param for_training what training would need that dk has not, and predictions do not, is added here: constraints;
/// null: it is refused, too
/// @throws failure (model, config): a class, a key, an activation or a value that is not supported
spec read_layer(const nlohmann::json& from, generation by, std::vector<std::string>* for_training = nullptr);

} // namespace dk::nn::keras
