#pragma once

#include <nlohmann/json.hpp>

namespace dk::nn::keras {

/// The layers of a functional model's config in the order in which they follow each other.
/// @throws failure (model) where layers branch, join, or are used twice, with the layer's index and name
nlohmann::json chain_of(const nlohmann::json& config);

} // namespace dk::nn::keras
