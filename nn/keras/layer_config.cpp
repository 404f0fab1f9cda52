#include "nn/keras/layer_config.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/keras/activation_config.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"
#include "nn/keras/layer_words.hpp"
#include "nn/parts/activation.hpp"
#include "nn/parts/initializer.hpp"
#include "nn/parts/regularizer.hpp"

#include <algorithm>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// Keras 1 has one class for everything that joins layers.
spec read_merge(const json& config) {
  const auto mode = text_at(config, "mode");
  if (mode != "sum" && mode != "concat")
    refuse("Merge with mode = \"" + mode + "\" is not supported, only sum and concat");
  check_all_known(part::layer, "Merge", config, {"mode", "concat_axis"});
  if (mode == "sum")
    return {"add"};
  const auto& axis = at(config, "concat_axis");
  return {"concatenate", {{"axis", axis.is_null() ? json(-1) : axis}}};
}

// What a class takes where its config says nothing.
void set_defaults(const std::string& class_name, json& config) {
  const auto set = [&](const char* key, json value) {
    if (!config.contains(key))
      config[key] = std::move(value);
  };
  if (class_name == "MaxPooling2D" || class_name == "AveragePooling2D")
    set("pool_size", {2, 2});
  if (class_name == "ZeroPadding2D") {
    set("padding", {1, 1});
    if (const auto sides = config["padding"]; sides.is_array() && sides.size() == 4) // Keras 1
      config["padding"] = {{sides[0], sides[1]}, {sides[2], sides[3]}};
  }
}

json read_value(const key_rule& key, const json& value, generation by) {
  if (key.check == check_initializer)
    return read_keras_initializer(value);
  if (key.check == check_regularizer)
    return read_keras_regularizer(value);
  return key.check == check_activation ? read_activation(value, by) : value;
}

bool is_constraint(const std::string& key) {
  const std::string end = "_constraint";
  return key.size() > end.size() && key.compare(key.size() - end.size(), end.size(), end) == 0;
}

// Constraints change weights while they are trained, and nothing else.
void take_constraints(json& config, std::vector<std::string>* for_training) {
  std::vector<std::string> found;
  for (const auto& [key, value] : config.items())
    if (is_constraint(key))
      found.push_back(key);
  for (const auto& key : found) {
    const auto what = key + " = " + shown(config[key]) +
                      " is not supported in training; save the model without it, or only predict with it";
    if (for_training == nullptr)
      refuse(what);
    for_training->push_back(what);
    config.erase(key);
  }
}

// What dk says of a layer and Keras does not: no file may.
bool is_own_key(std::string_view key) {
  return key == "sample_variance";
}

spec read_known(const std::string& class_name, const json& config, generation by) {
  if (class_name == "Merge")
    return read_merge(config);
  if (auto function = read_function_layer(class_name, config, by); !function.name.empty())
    return function;
  const auto* kind = find_keras_layer(class_name);
  if (kind == nullptr)
    refuse("layers of the class " + class_name + " are not supported");
  std::vector<std::string> read;
  for (const auto& key : kind->keys)
    if (!is_own_key(key.name))
      read.emplace_back(key.name);
  check_all_known(part::layer, class_name, config, read);
  spec made{std::string{kind->name}};
  for (const auto& key : kind->keys) {
    const auto name = std::string{key.name};
    if (!config.contains(name))
      continue;
    try {
      if (auto value = read_value(key, config[name], by); !value.is_null())
        made.keys[name] = std::move(value);
    } catch (const failure& why) {
      refuse(name + ": " + why.what());
    }
  }
  return made;
}

} // namespace

bool read_trainable(const json& config) {
  const auto& value = at(config, "trainable");
  if (!value.is_null() && !value.is_boolean())
    refuse("trainable = " + value.dump() + ", expected true or false");
  return value != false;
}

spec read_layer(const json& from, generation by, std::vector<std::string>* for_training) {
  check_object(part::layer_entry, from);
  const auto class_name = our_class(text_at(from, "class_name"));
  const auto& given = at(from, "config");
  const auto name = text_at(given, "name");
  auto config = with_our_keys(given);
  take_constraints(config, for_training);
  set_defaults(class_name, config);
  auto made = read_known(class_name, config, by);
  made.keys["name"] = name;
  if (by == generation::keras_2 && made.name == "batch_normalization")
    made.keys["sample_variance"] = true;
  if (!read_trainable(given))
    made.keys["trainable"] = false;
  check_layer(made);
  return made;
}

} // namespace dk::nn::keras
