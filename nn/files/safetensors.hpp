#pragma once

#include "nn/model/stack.hpp"

#include <string>
#include <vector>

namespace dk::nn {

/// The weights of all layers as a safetensors file: a tensor of F32 for each array, "LAYER/ARRAY" as "dense/kernel", in
/// the layouts of Keras 2.
std::string encode_safetensors(const layer_stack& layers, const float* weights);

/// The weights of these layers, as model::all_weights() has them, from the bytes of such a file. Tensors are found by
/// their names; F64, F16 and BF16 are converted. The header is checked as a whole before anything is taken: its length,
/// each type, shape and place, and that the tensors fill the file without holes or overlaps.
/// @throws failure (model) that names the tensor
std::vector<float> decode_safetensors(const std::string& bytes, const layer_stack& layers);

} // namespace dk::nn
