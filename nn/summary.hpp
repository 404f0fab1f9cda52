#pragma once

#include "nn/model.hpp"

#include <string>

namespace dk::nn {

/// The table that Keras 2's model.summary() prints: layer and class, output shape, parameters, totals. Ends in a
/// newline.
std::string summary(const model& of);

} // namespace dk::nn
