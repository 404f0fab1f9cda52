#pragma once

#include "nn/layer.hpp"
#include "nn/model/architecture.hpp"

#include <memory>
#include <vector>

namespace dk::nn {

using layer_stack = std::vector<std::unique_ptr<layer>>;

/// The layers that an architecture describes, named as Keras names them: dense, dense_1, ... where it gives no name.
/// Allocates nothing of the weights' size.
/// @throws failure (config, shape) that names the layer's index and name
layer_stack make_layers(const architecture& from);

/// How many weights a layer borrows.
std::size_t weights_of(const layer& of);

} // namespace dk::nn
