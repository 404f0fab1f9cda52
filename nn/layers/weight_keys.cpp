#include "nn/layers/weight_keys.hpp"

#include "nn/parts/activation.hpp"

#include "nn/parts/initializer.hpp"

namespace dk::nn {

weight_keys::weight_keys(const spec& from)
    : use_bias(value_or(from, "use_bias", true)),
      kernel_initializer(value_or<nlohmann::json>(from, "kernel_initializer", "glorot_uniform")),
      bias_initializer(value_or<nlohmann::json>(from, "bias_initializer", "zeros")),
      kernel_regularizer(value_or<nlohmann::json>(from, "kernel_regularizer", nullptr)),
      bias_regularizer(value_or<nlohmann::json>(from, "bias_regularizer", nullptr)) {}

std::vector<weight_array> weight_keys::arrays(const shape& kernel, std::size_t outputs) const {
  std::vector<weight_array> all{{"kernel", kernel, kernel_initializer, penalty_of(kernel_regularizer)}};
  if (use_bias)
    all.push_back({"bias", {outputs}, bias_initializer, penalty_of(bias_regularizer)});
  return all;
}

void weight_keys::write_keras(nlohmann::json& config) const {
  config.update({{"use_bias", use_bias},
                 {"kernel_initializer", keras_initializer(kernel_initializer)},
                 {"bias_initializer", keras_initializer(bias_initializer)},
                 {"kernel_regularizer", keras_regularizer(kernel_regularizer)},
                 {"bias_regularizer", keras_regularizer(bias_regularizer)},
                 {"activity_regularizer", nullptr},
                 {"kernel_constraint", nullptr},
                 {"bias_constraint", nullptr}});
}

key_rule activation_key(bool required) {
  return {"activation", key_kind::part, required, {}, {}, check_activation};
}

std::vector<key_rule> with_weight_keys(std::vector<key_rule> own) {
  own.push_back({"use_bias", key_kind::flag});
  for (const char* key : {"kernel_initializer", "bias_initializer"})
    own.push_back({key, key_kind::part, false, {}, {}, check_initializer});
  for (const char* key : {"kernel_regularizer", "bias_regularizer"})
    own.push_back({key, key_kind::part, false, {}, {}, check_regularizer});
  return own;
}

} // namespace dk::nn
