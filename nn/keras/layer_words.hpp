#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dk::nn::keras {

/// What Keras 2 and we call a class of Keras 1 or one with two names.
std::string our_class(const std::string& class_name);

/// The config of a layer under the keys of Keras 2, and, where it has others, ours; keys without a value are left out.
/// @throws failure (model) where two of its keys are one of ours
nlohmann::json with_our_keys(const nlohmann::json& config);

} // namespace dk::nn::keras
