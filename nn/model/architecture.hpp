#pragma once

#include "common/spec.hpp"
#include "nn/shape.hpp"

#include <string>
#include <vector>

namespace dk::nn {

/// A piece of a row, under the name by which layers read it.
struct model_input {
  std::string name;
  shape extents;

  bool operator==(const model_input& other) const { return name == other.name && extents == other.extents; }
};

/// The layers of a model, as the config and Keras describe them: what nn/catalog.hpp knows, each by its name and keys.
/// Each may have a "name", and reads the layer before it, or what it names with "from": layers further up and inputs.
/// With trainable = false its weights are frozen.
struct architecture {
  std::string name = "sequential";
  shape input;                        ///< of one row
  std::vector<spec> layers;           ///< every one stands below what it reads
  std::vector<model_input> inputs{};  ///< of several: the pieces that a row is cut into, from its first number on
  std::vector<std::string> outputs{}; ///< names of layers; none: the last layer is the output
};

} // namespace dk::nn
