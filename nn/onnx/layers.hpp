#pragma once

#include "nn/layer.hpp"
#include "nn/onnx/graph.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk::nn::onnx {

/// One layer in its place: which values it reads, of which shapes, and which it writes.
struct layer_use {
  std::string_view kind; ///< the catalog's name
  const layer& what;
  const float* weights; ///< its slice
  names reads;
  std::vector<shape> inputs; ///< a sample of each
  std::string writes;
};

/// Adds the layer's operators, as it predicts. @throws failure (model) for a layer that cannot be said in ONNX
void add_layer(graph& to, const layer_use& use);

} // namespace dk::nn::onnx
