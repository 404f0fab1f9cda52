#pragma once

#include "nn/onnx/graph.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace dk::nn::onnx {

/// Where a layer writes what its activation, if any, then reads: `writes` itself where it has none.
/// @param config the layer's, with its `activation`
std::string name_before_activation(const nlohmann::json& config, const std::string& writes, const std::string& layer);

/// Adds the activation; nothing where what it reads is what it is to write. @param axis that softmax goes over
/// @throws failure (model) for a function that cannot be said in ONNX
void add_activation(graph& to, const nlohmann::json& config, const std::string& reads, const std::string& writes,
                    std::int64_t axis);

} // namespace dk::nn::onnx
