#pragma once

#include "nn/layer.hpp"

namespace dk::nn {

/// What layers with a kernel and a bias have in common: use_bias, and an initializer and a regularizer for each.
struct weight_keys {
  bool use_bias = true;
  nlohmann::json kernel_initializer;
  nlohmann::json bias_initializer;
  nlohmann::json kernel_regularizer; ///< null: none
  nlohmann::json bias_regularizer;

  explicit weight_keys(const spec& from);

  std::vector<weight_array> arrays(const shape& kernel, std::size_t outputs) const;

  /// Adds Keras's keys to the config of a layer.
  void write_keras(nlohmann::json& config) const;
};

/// The key `activation`: a name, or a table of a name and its keys.
key_rule activation_key(bool required = false);

/// A layer's own keys and those of its weights.
std::vector<key_rule> with_weight_keys(std::vector<key_rule> own);

} // namespace dk::nn
