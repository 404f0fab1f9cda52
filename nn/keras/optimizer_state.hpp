#pragma once

#include "nn/keras/hdf5.hpp"
#include "nn/model/stack.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dk::nn::keras {

/// How far the optimizer of a file has come.
struct optimizer_state {
  std::uint64_t steps = 0;
  std::vector<float> moments; ///< as optimizer::state() has them; empty where there are none, or not those of ours
  std::string left_out;       ///< what there is beside the steps and is not taken, and why; "": nothing
};

/// From a whole model in HDF5 (`optimizer_weights`) or the weights of a .keras file (`optimizer/vars`). Moments are of
/// the weights that are trained, those of frozen layers are not among them, in one of the orders that Keras has had;
/// which it is follows from their shapes.
/// @param optimizer one of ours, with its keys, or any other: then nothing is taken
/// @throws failure (model) where it is damaged
optimizer_state read_optimizer_state(hid_t file, const spec& optimizer, const layer_stack& layers);

} // namespace dk::nn::keras
