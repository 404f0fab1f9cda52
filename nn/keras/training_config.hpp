#pragma once

#include "common/spec.hpp"
#include "nn/objective.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dk::nn::keras {

/// What a file's training_config (HDF5) or compile_config (.keras) says about how its model was trained, in our words.
/// Nothing is refused here: what dk has not keeps a name that check_loss or check_optimizer refuses, when somebody
/// wants to train with it.

/// The loss, or those of the outputs of these names, with what they count for; empty when there is none.
objective read_loss(const nlohmann::json& training, const std::vector<std::string>& outputs);

/// The optimizer with its keys; without a name when there is none. Keys that are null, and those that change nothing,
/// are left out.
spec read_optimizer(const nlohmann::json& training);

/// The metrics, each once; accuracy in each of Keras's variants is "accuracy", which chooses by the labels as Keras
/// does.
std::vector<spec> read_metrics(const nlohmann::json& training);

/// The training_config that Keras 2 reads.
nlohmann::json training_config(const objective& loss, const spec& optimizer);

} // namespace dk::nn::keras
