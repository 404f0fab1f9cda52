#pragma once

#include "nn/keras/layer_config.hpp"

namespace dk::nn::keras {

/// The function that a layer's key `activation` names: by its name, as a function of Keras's, or as one of the layers
/// that are functions. In our words: a name, or a table of a name and keys.
/// @throws failure (model) for what is not supported
nlohmann::json read_activation(const nlohmann::json& value, generation by);

/// A layer that is nothing but a function, or a spec without a name where the class is another.
/// @param config with our keys
spec read_function_layer(const std::string& class_name, const nlohmann::json& config, generation by);

} // namespace dk::nn::keras
