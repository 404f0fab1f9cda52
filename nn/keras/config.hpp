#pragma once

#include "nn/stack.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace dk::nn::keras {

/// The version of Keras whose files we write.
constexpr std::string_view written_version = "2.15.0";

/// What a file's model_config says, {"class_name": "Sequential", "config": ...}, from Keras 2 or tf.keras.
/// @throws failure (model) that names the index and the class of a layer that is not supported
architecture read_model_config(const nlohmann::json& from);

/// The loss that a file's training_config names, in our words; "" when it has none.
std::string read_loss(const nlohmann::json& training_config);

nlohmann::json model_config(const architecture& of, const layer_stack& layers);
nlohmann::json training_config(std::string_view loss, const spec& optimizer);

} // namespace dk::nn::keras
