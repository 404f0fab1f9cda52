#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dk::nn::keras {

/// How a layer of a functional model is called.
struct call {
  std::vector<std::string> sources; ///< names of the layers that it reads; none: it is an input
  std::string for_training;         ///< what training would need that dk has not; "": nothing
};

/// What the `inbound_nodes` of a layer say. Tensors are read; every other argument is known to change nothing, or
/// refused.
/// @throws failure (model) where the layer is used twice, or gets a constant or an argument that is not supported
call read_call(const nlohmann::json& layer);

/// The layer that a tensor, ["dense_1", 0, 0, ...], comes from.
/// @throws failure (model) where it is not the first output of its first use
std::string source_of(const nlohmann::json& tensor);

} // namespace dk::nn::keras
