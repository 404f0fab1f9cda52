#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dk::nn::keras {

/// One entry of a functional model's list of layers.
struct functional_layer {
  const nlohmann::json* description;
  std::string name;
  std::vector<std::string> sources; ///< names of the layers that it reads; none: it is an input
  std::string for_training;         ///< what training would need of its call that dk has not; "": nothing
};

/// A functional model: every layer below what it reads, else in the order of the file, and the names of its inputs and
/// outputs in their own; those of a dictionary have its keys as their names.
struct functional_model {
  std::vector<functional_layer> layers;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

/// `config` has to outlive what is returned. @throws failure (model) where a layer is used twice, or the description is
/// damaged, with the layer's index and name
functional_model read_functional(const nlohmann::json& config);

/// `inbound_nodes` of a layer that reads these, as Keras 2 writes them.
nlohmann::json inbound_nodes(const std::vector<std::string>& sources);

/// `input_layers` or `output_layers`, as Keras 2 writes them.
nlohmann::json tensors(const std::vector<std::string>& names);

} // namespace dk::nn::keras
