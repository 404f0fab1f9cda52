#include "nn/keras/activation_config.hpp"

#include "common/text.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"
#include "nn/keras/layer_words.hpp"
#include "nn/parts/activation.hpp"

#include <algorithm>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

json named_function(const std::string& name, generation by) {
  if (by == generation::keras_3 && name == "hard_sigmoid")
    refuse("the activation hard_sigmoid of Keras 3, with a slope of 1/6, is not supported, only that of Keras 2");
  if (name == "relu6")
    return {{"name", "relu"}, {"max_value", 6}};
  const auto names = activation_names();
  if (std::find(names.begin(), names.end(), name) == names.end())
    refuse("the activation \"" + name + "\" is not supported; there are " + join(names));
  return name;
}

// relu, with the numbers that are not those it has anyway.
json read_relu(const json& config) {
  json made{{"name", "relu"}};
  for (const char* key : {"alpha", "max_value", "threshold"})
    if (config.contains(key) && config[key] != 0)
      made[key] = config[key];
  if (config.contains("max_value"))
    made["max_value"] = config["max_value"];
  return made.size() == 1 ? made["name"] : made;
}

json with_alpha(const char* name, const json& config, double usual) {
  return {{"name", name}, {"alpha", config.value("alpha", json(usual))}};
}

// Of a layer that is a function: null for other classes.
json function_of(const std::string& class_name, const json& config, generation by) {
  const auto check = [&](const std::vector<std::string>& read) {
    check_all_known(part::layer, class_name, config, read);
  };
  if (class_name == "Activation") {
    check({"activation"});
    return read_activation(at(config, "activation"), by);
  }
  if (class_name == "Softmax") {
    check({});
    return "softmax";
  }
  if (class_name == "ReLU") {
    check({"alpha", "max_value", "threshold"});
    return read_relu(config);
  }
  const bool leaky = class_name == "LeakyReLU";
  if (!leaky && class_name != "ELU")
    return nullptr;
  check({"alpha"});
  return leaky ? with_alpha("leaky_relu", config, 0.3) : with_alpha("elu", config, 1.0);
}

} // namespace

json read_activation(const json& value, generation by) {
  if (value.is_string())
    return named_function(value.get<std::string>(), by);
  if (!value.is_object())
    refuse("the activation " + shown(value) + " is not supported");
  check_object(part::object, value);
  const auto class_name = text_at(value, "class_name");
  const auto& config = at(value, "config");
  if (class_name == "function" && config.is_string())
    return named_function(config.get<std::string>(), by);
  if (const auto function = function_of(class_name, with_our_keys(config), by); !function.is_null())
    return function;
  return named_function(class_name, by); // {"class_name": "relu", ...}
}

spec read_function_layer(const std::string& class_name, const json& config, generation by) {
  auto function = function_of(class_name, config, by);
  if (function.is_null())
    return {};
  if (class_name == "LeakyReLU" || class_name == "ELU")
    return {function["name"].get<std::string>(), {{"alpha", function["alpha"]}}};
  const bool bends_only = function.is_object() && function["name"] == "relu" && function.size() == 2;
  if (class_name == "ReLU" && bends_only && function.contains("alpha"))
    return {"leaky_relu", {{"alpha", function["alpha"]}}};
  return {"activation", {{"activation", std::move(function)}}};
}

} // namespace dk::nn::keras
