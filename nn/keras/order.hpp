#pragma once

#include "nn/model/architecture.hpp"
#include "nn/model/stack.hpp"

#include <vector>

namespace dk::nn::keras {

/// A model as it is written: layers in the order that Keras gives them, and where the weights of each lie.
struct ordered_model {
  architecture of;
  layer_stack layers;
  std::vector<const float*> weights; ///< of each layer, borrowed
};

/// Keras sorts the layers of a graph when it reads it: those furthest from an output first, equally far ones in the
/// order in which a walk from the outputs meets them. Weights are found by their place in that order, so files keep to
/// it, or two branches of one shape would change places. A chain stays as it is.
/// @param weights as model::all_weights() has them @throws as make_layers
ordered_model in_keras_order(const architecture& from, const float* weights);

} // namespace dk::nn::keras
