#pragma once

#include "nn/model/stack.hpp"
#include "nn/model/wiring.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

namespace dk::nn::keras {

/// The version of Keras 3 whose .keras files we write.
constexpr std::string_view written_version_3 = "3.8.0";

/// config.json of a .keras file, from what Keras 2 would be told: `model` of model_config (nn/keras/config.hpp) and
/// `training` of training_config, or null. `wires` and `layers` are those of the same model.
/// @throws failure (model) that names what the words of Keras 3 cannot say
nlohmann::json keras_3_config(const nlohmann::json& model, const nlohmann::json& training, const wiring& wires,
                              const layer_stack& layers);

} // namespace dk::nn::keras
