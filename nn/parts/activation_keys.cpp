#include "common/error.hpp"
#include "nn/keys.hpp"
#include "nn/parts/activation.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

using nlohmann::json;

const std::vector<key_rule>& keys_of_activation(const spec& wanted) {
  static const key_rule alpha{"alpha", key_kind::number, false, at_least(0)};
  static const std::vector<key_rule> none;
  static const std::vector<key_rule> one{alpha};
  static const std::vector<key_rule> of_relu{
      alpha, {"max_value", key_kind::number, false, at_least(0)}, {"threshold", key_kind::number, false, at_least(0)}};
  const auto names = activation_names();
  if (std::find(names.begin(), names.end(), wanted.name) == names.end())
    refuse_name("activation", wanted.name, names);
  if (wanted.name == "relu")
    return of_relu;
  return wanted.name == "leaky_relu" || wanted.name == "elu" ? one : none;
}

// Keras's class of functions that have keys of their own.
const char* class_of(const activation_function& of) {
  if (of.name == "leaky_relu")
    return "LeakyReLU";
  return of.name == "elu" ? "ELU" : "ReLU";
}

} // namespace

void check_activation(const json& value) {
  const auto wanted = part_of(value);
  check_keys(wanted, keys_of_activation(wanted));
}

activation_function make_activation(const json& value) {
  const auto wanted = part_of(value);
  const auto& plain = find_activation(wanted.name);
  auto keys = plain.keys;
  keys.alpha = value_or(wanted, "alpha", keys.alpha);
  keys.max_value = value_or(wanted, "max_value", keys.max_value);
  keys.threshold = value_or(wanted, "threshold", keys.threshold);
  if (keys == plain.keys)
    return plain;
  if (wanted.name == "relu")
    return bent(keys);
  auto made = plain;
  made.keys = keys;
  return made;
}

json keras_activation(const activation_function& of) {
  if (of.keys == find_activation(of.name).keys)
    return of.name;
  auto config = keras_activation_config(of);
  config.update({{"name", of.name}, {"trainable", true}, {"dtype", "float32"}});
  return {{"class_name", class_of(of)}, {"config", config}};
}

json keras_activation_config(const activation_function& of) {
  if (of.name != "relu")
    return {{"alpha", of.keys.alpha}};
  const auto& keys = of.keys;
  return {{"max_value", keys.max_value == activation_keys{}.max_value ? json{} : json(keys.max_value)},
          {"negative_slope", keys.alpha},
          {"threshold", keys.threshold}};
}

} // namespace dk::nn
