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

/// The loss, or those of the outputs of these names, each with its keys and with what it counts for; empty when there
/// is none.
objective read_loss(const nlohmann::json& training, const std::vector<std::string>& outputs);

/// The optimizer with its keys; without a name when there is none. Keys that are null, and those that change nothing,
/// are left out.
spec read_optimizer(const nlohmann::json& training);

/// The metrics, each once, with their keys in our words. Where Keras chose the variant of "accuracy" by the labels, it
/// is "accuracy" again, which chooses as Keras does. Weighted ones have names that no metric of ours has.
std::vector<spec> read_metrics(const nlohmann::json& training);

/// What of it is neither read nor known to change nothing; nothing where that is all.
std::vector<std::string> check_training(const nlohmann::json& training, const std::vector<std::string>& outputs);

/// The training_config that Keras 2 reads.
nlohmann::json training_config(const objective& loss, const spec& optimizer);

} // namespace dk::nn::keras
