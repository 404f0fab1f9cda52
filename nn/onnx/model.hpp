#pragma once

#include "nn/model/architecture.hpp"

#include <string>

namespace dk::nn::onnx {

/// A model as it predicts, as the bytes of an ONNX file: opset 13, a batch of any size. The input is called as Keras
/// calls it, FIRST_LAYER_input, the output as the last layer. `weights` as model::all_weights() has them.
/// @throws failure (model) for what cannot be said in ONNX, by its name; (config, shape) when it is no architecture
std::string encode_model(const architecture& of, const float* weights);

} // namespace dk::nn::onnx
