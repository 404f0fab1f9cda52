#pragma once

#include "nn/keras/hdf5.hpp"
#include "nn/keras/layer_config.hpp"
#include "nn/model/stack.hpp"

#include <vector>

namespace dk::nn::keras {

/// The weights of all layers, as model::all_weights() has them, from an HDF5 file of weights or of a whole model, in
/// the layout of Keras 1 and 2 (`layer_names`) or of Keras 3 (`layers/dense/vars/0`). Groups belong to layers by their
/// names where these are the same, else by their order; kernels that are stored otherwise are turned. Every shape is
/// checked before anything of its size is allocated.
/// @throws failure (model) that names the layer and the group
std::vector<float> read_weights(hid_t file, const architecture& of, const layer_stack& layers, generation by,
                                std::size_t file_bytes);

} // namespace dk::nn::keras
