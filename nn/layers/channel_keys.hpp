#pragma once

#include "nn/layer.hpp"

namespace dk::nn {

/// What batch normalization starts its four arrays from, and what gamma and beta add to the loss.
struct channel_keys {
  nlohmann::json gamma_initializer;
  nlohmann::json beta_initializer;
  nlohmann::json moving_mean_initializer;
  nlohmann::json moving_variance_initializer;
  nlohmann::json gamma_regularizer; ///< null: none
  nlohmann::json beta_regularizer;

  explicit channel_keys(const spec& from);

  /// The arrays of so many channels, in Keras's order; gamma and beta where they are wanted.
  std::vector<weight_array> arrays(std::size_t channels, bool scale, bool center) const;

  /// Adds Keras's keys to the config of a layer.
  void write_keras(nlohmann::json& config) const;
};

/// A layer's own keys and these.
std::vector<key_rule> with_channel_keys(std::vector<key_rule> own);

} // namespace dk::nn
