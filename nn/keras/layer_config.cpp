#include "nn/keras/layer_config.hpp"

#include "nn/catalog.hpp"
#include "nn/initializer.hpp"
#include "nn/keras/json.hpp"
#include "nn/regularizer.hpp"

#include <algorithm>
#include <map>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// What Keras 2 calls the classes and keys of Keras 1, and ours those of Keras 3.
const std::map<std::string, std::string> new_classes{
    {"Convolution2D", "Conv2D"}, {"MaxPool2D", "MaxPooling2D"}, {"AvgPool2D", "AveragePooling2D"}};
const std::map<std::string, std::string> new_keys{{"output_dim", "units"},
                                                  {"nb_filter", "filters"},
                                                  {"subsample", "strides"},
                                                  {"border_mode", "padding"},
                                                  {"dim_ordering", "data_format"},
                                                  {"p", "rate"},
                                                  {"bias", "use_bias"},
                                                  {"init", "kernel_initializer"},
                                                  {"W_regularizer", "kernel_regularizer"},
                                                  {"b_regularizer", "bias_regularizer"},
                                                  {"negative_slope", "alpha"}};

json with_new_keys(const json& config) {
  json made = json::object();
  for (const auto& [key, value] : config.items()) {
    const auto renamed = new_keys.find(key);
    const bool is_array = at(value, "type") == "ndarray"; // as Keras 2.1 wrote the numbers of NumPy
    if (!value.is_null())
      made[renamed == new_keys.end() ? key : renamed->second] = is_array ? at(value, "value") : value;
  }
  if (at(made, "data_format") == "th")
    made["data_format"] = "channels_first";
  if (at(made, "data_format") == "tf")
    made["data_format"] = "channels_last";
  if (made.contains("nb_row") && made.contains("nb_col"))
    made["kernel_size"] = {made["nb_row"], made["nb_col"]};
  return made;
}

bool is_unset(const json& value, const json& neutral) {
  return value.is_null() || value == neutral;
}

// What our layers do not do, although Keras's of the same name can.
void check_supported(const json& config, generation by) {
  if (!at(config, "noise_shape").is_null())
    refuse("noise_shape is not supported");
  if (!is_unset(at(config, "groups"), 1))
    refuse("groups = " + config["groups"].dump() + " is not supported, only 1");
  if (at(config, "mode").is_number() && config["mode"] != 0)
    refuse("mode = " + config["mode"].dump() + " is not supported, only 0");
  if (by == generation::keras_3 && plain(at(config, "activation")) == "hard_sigmoid")
    refuse("the activation hard_sigmoid of Keras 3, with a slope of 1/6, is not supported, only that of Keras 2");
}

spec activation(const char* name) {
  return {"activation", {{"activation", name}}};
}

spec read_relu(const json& config) {
  if (!is_unset(at(config, "max_value"), nullptr) || !is_unset(at(config, "threshold"), 0))
    refuse("ReLU with max_value or threshold is not supported");
  if (is_unset(at(config, "alpha"), 0))
    return activation("relu");
  return {"leaky_relu", {{"alpha", config["alpha"]}}};
}

spec read_softmax(const json& config) {
  if (!is_unset(at(config, "axis"), -1) && config["axis"] != json{-1})
    refuse("Softmax over axis " + config["axis"].dump() + " is not supported, only the last, -1");
  return activation("softmax");
}

// Keras 1 has one class for everything that joins layers.
spec read_merge(const json& config) {
  const auto mode = text_at(config, "mode");
  if (mode == "sum")
    return {"add"};
  if (mode != "concat")
    refuse("Merge with mode = \"" + mode + "\" is not supported, only sum and concat");
  const auto& axis = at(config, "concat_axis");
  return {"concatenate", {{"axis", axis.is_null() ? json(-1) : axis}}};
}

// What a class takes where its config says nothing.
void set_defaults(const std::string& class_name, json& config) {
  const auto set = [&](const char* key, json value) {
    if (!config.contains(key))
      config[key] = std::move(value);
  };
  if (class_name == "LeakyReLU")
    set("alpha", 0.3);
  if (class_name == "ELU")
    set("alpha", 1.0);
  if (class_name == "MaxPooling2D" || class_name == "AveragePooling2D")
    set("pool_size", {2, 2});
  if (class_name == "ZeroPadding2D") {
    set("padding", {1, 1});
    if (const auto sides = config["padding"]; sides.is_array() && sides.size() == 4) // Keras 1
      config["padding"] = {{sides[0], sides[1]}, {sides[2], sides[3]}};
  }
}

json read_value(const key_rule& key, const json& value) {
  if (key.check == check_initializer)
    return read_keras_initializer(value);
  if (key.check == check_regularizer)
    return read_keras_regularizer(value);
  return key.kind == value_kind::word ? plain(value) : value;
}

spec read_known(const std::string& class_name, const json& config) {
  if (class_name == "ReLU")
    return read_relu(config);
  if (class_name == "Softmax")
    return read_softmax(config);
  if (class_name == "Merge")
    return read_merge(config);
  const auto* kind = find_keras_layer(class_name);
  if (kind == nullptr)
    refuse("layers of the class " + class_name + " are not supported");
  spec made{std::string{kind->name}};
  for (const auto& key : kind->keys) {
    const auto name = std::string{key.name};
    if (!config.contains(name))
      continue;
    if (auto value = read_value(key, config[name]); !value.is_null())
      made.keys[name] = std::move(value);
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

spec read_layer(const json& from, generation by) {
  auto class_name = text_at(from, "class_name");
  if (const auto renamed = new_classes.find(class_name); renamed != new_classes.end())
    class_name = renamed->second;
  const auto& given = at(from, "config");
  const auto name = text_at(given, "name");
  auto config = with_new_keys(given);
  check_supported(config, by);
  set_defaults(class_name, config);
  auto made = read_known(class_name, config);
  made.keys["name"] = name;
  if (!read_trainable(given))
    made.keys["trainable"] = false;
  check_layer(made);
  return made;
}

} // namespace dk::nn::keras
