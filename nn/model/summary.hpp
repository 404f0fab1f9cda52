#pragma once

#include "nn/model/architecture.hpp"

#include <string>

namespace dk::nn {

/// The table that Keras 2's model.summary() prints: layer and class, output shape, parameters, totals; where a layer is
/// frozen, whether each is trained, as with show_trainable. Ends in a newline. Allocates nothing of the weights' size.
/// @throws failure (config, shape) as make_layers
std::string summary(const architecture& of);

} // namespace dk::nn
