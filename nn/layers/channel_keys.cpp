#include "nn/layers/channel_keys.hpp"

#include "nn/parts/initializer.hpp"
#include "nn/parts/regularizer.hpp"

namespace dk::nn {

channel_keys::channel_keys(const spec& from)
    : gamma_initializer(value_or<nlohmann::json>(from, "gamma_initializer", "ones")),
      beta_initializer(value_or<nlohmann::json>(from, "beta_initializer", "zeros")),
      moving_mean_initializer(value_or<nlohmann::json>(from, "moving_mean_initializer", "zeros")),
      moving_variance_initializer(value_or<nlohmann::json>(from, "moving_variance_initializer", "ones")),
      gamma_regularizer(value_or<nlohmann::json>(from, "gamma_regularizer", nullptr)),
      beta_regularizer(value_or<nlohmann::json>(from, "beta_regularizer", nullptr)) {}

std::vector<weight_array> channel_keys::arrays(std::size_t channels, bool scale, bool center) const {
  std::vector<weight_array> all;
  if (scale)
    all.push_back({"gamma", {channels}, gamma_initializer, penalty_of(gamma_regularizer)});
  if (center)
    all.push_back({"beta", {channels}, beta_initializer, penalty_of(beta_regularizer)});
  all.push_back({"moving_mean", {channels}, moving_mean_initializer, {}, false});
  all.push_back({"moving_variance", {channels}, moving_variance_initializer, {}, false});
  return all;
}

void channel_keys::write_keras(nlohmann::json& config) const {
  config.update({{"gamma_initializer", keras_initializer(gamma_initializer)},
                 {"beta_initializer", keras_initializer(beta_initializer)},
                 {"moving_mean_initializer", keras_initializer(moving_mean_initializer)},
                 {"moving_variance_initializer", keras_initializer(moving_variance_initializer)},
                 {"gamma_regularizer", keras_regularizer(gamma_regularizer)},
                 {"beta_regularizer", keras_regularizer(beta_regularizer)}});
}

std::vector<key_rule> with_channel_keys(std::vector<key_rule> own) {
  for (const char* key :
       {"gamma_initializer", "beta_initializer", "moving_mean_initializer", "moving_variance_initializer"})
    own.push_back({key, key_kind::part, false, {}, {}, check_initializer});
  for (const char* key : {"gamma_regularizer", "beta_regularizer"})
    own.push_back({key, key_kind::part, false, {}, {}, check_regularizer});
  return own;
}

} // namespace dk::nn
