#pragma once

#include "nn/keras/layer_config.hpp"
#include "nn/model/stack.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace dk::nn::keras {

/// The version of Keras whose files we write.
constexpr std::string_view written_version = "2.15.0";

/// Which generation wrote a model's description: by the version that its file names, or "", by its own, or by its
/// words.
/// @throws failure (model) for one that we do not know
generation generation_of(const nlohmann::json& model, const std::string& version);

/// What a file's model_config says, {"class_name": "Sequential", "config": ...}. Every key is
/// read, or known to change nothing (known_keys.hpp). A model that is not trainable has no layer that is.
/// @throws failure (model) that names the index and the name of a layer, and the key, that is not supported
/// @param for_training what training would need that dk has not is added here; null: it is refused, too
architecture read_model_config(const nlohmann::json& from, generation by,
                               std::vector<std::string>* for_training = nullptr);

nlohmann::json model_config(const architecture& of, const layer_stack& layers);

} // namespace dk::nn::keras
