#pragma once

#include "nn/model/architecture.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dk::nn {

/// Who reads what in a model. Its values have numbers: the inputs come first, then what each layer writes.
struct wiring {
  std::vector<model_input> inputs;               ///< one at least
  std::vector<std::string> layers;               ///< their names, as Keras gives them: dense, dense_1, ...
  std::vector<std::vector<std::size_t>> sources; ///< of each layer: the values that it reads
  std::vector<std::size_t> outputs;              ///< values

  std::size_t value_of(std::size_t layer) const { return inputs.size() + layer; }

  /// Whether each layer reads the one before it, the first one the only input, and the last one is the output.
  bool is_chain() const;

  /// The name of an input or a layer.
  const std::string& name_of(std::size_t value) const {
    return value < inputs.size() ? inputs[value].name : layers[value - inputs.size()];
  }
};

/// @throws failure (config): a name that is empty, given twice or unknown, a value that nobody reads; (shape): no input
/// or no layers, pieces that are not the whole row
wiring wire(const architecture& from);

/// "layer 3 (dense): ", for errors.
std::string who(const architecture& of, std::size_t layer);

} // namespace dk::nn
