#pragma once

#include "nn/loss.hpp"
#include "nn/model/architecture.hpp"
#include "nn/objective.hpp"

#include <vector>

namespace dk::nn {

/// Of each output. The loss says it: a crossentropy decides, between classes or for each number by itself; a distance
/// as mean_squared_error measures numbers, unless a softmax stands before it. Where no loss is known the last
/// activation says it: softmax, sigmoid, or neither, which are numbers. @throws failure (config, shape)
std::vector<answer_kind> answer_kinds(const architecture& of, const objective& loss);

} // namespace dk::nn
