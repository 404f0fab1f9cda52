#include "nn/keras/config.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/initializer.hpp"
#include "nn/regularizer.hpp"

#include <cctype>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& why) {
  throw failure{errc::model, why};
}

// A key's value, or null where the key is missing.
const json& at(const json& in, const char* key) {
  static const json nothing;
  const auto found = in.is_object() ? in.find(key) : in.end();
  return in.is_object() && found != in.end() ? *found : nothing;
}

std::string text_at(const json& in, const char* key) {
  const auto& value = at(in, key);
  if (!value.is_string())
    refuse("the model's description has no text \"" + std::string{key} + "\" where one is due");
  return value.get<std::string>();
}

// [null, 28, 28] without its batch axis.
shape read_input(const json& from) {
  shape extents;
  for (std::size_t i = 1; i < from.size(); ++i) {
    if (!from[i].is_number_unsigned() || from[i].get<std::uint64_t>() == 0 || from[i].get<std::uint64_t>() > 1U << 30U)
      refuse("the input's shape " + from.dump() + " is not supported: every axis but the batch needs its extent");
    extents.push_back(from[i].get<std::size_t>());
  }
  return extents;
}

// "relu", or {"class_name": "relu", ...} as some writers have it.
json plain(const json& value) {
  return value.is_object() && at(value, "class_name").is_string() ? value["class_name"] : value;
}

// What our layers do not do, although Keras's of the same name can.
void check_supported(const json& config) {
  if (!at(config, "noise_shape").is_null())
    refuse("noise_shape is not supported");
  const auto& format = at(config, "data_format");
  if (format.is_string() && format == "channels_first")
    refuse("data_format channels_first is not supported");
}

json read_value(const key_rule& key, const json& value) {
  if (value.is_null())
    return value;
  if (key.check == check_initializer)
    return read_keras_initializer(value);
  if (key.check == check_regularizer)
    return read_keras_regularizer(value);
  return plain(value);
}

spec read_layer(const json& from) {
  const auto class_name = text_at(from, "class_name");
  const auto* kind = find_keras_layer(class_name);
  if (kind == nullptr)
    refuse("layers of the class " + class_name + " are not supported");
  const auto& config = at(from, "config");
  check_supported(config);
  spec made{std::string{kind->name}};
  made.keys["name"] = text_at(config, "name");
  for (const auto& key : kind->keys) {
    const auto name = std::string{key.name};
    if (const auto value = read_value(key, at(config, name.c_str())); !value.is_null())
      made.keys[name] = value;
  }
  check_layer(made);
  return made;
}

const json& input_of(const json& config) {
  const auto& keras_2 = at(config, "batch_input_shape");
  return keras_2.is_null() ? at(config, "batch_shape") : keras_2;
}

} // namespace

architecture read_model_config(const json& from) {
  const auto class_name = text_at(from, "class_name");
  if (class_name != "Sequential")
    refuse("models of the class " + class_name + " are not supported, only Sequential");
  const auto& config = at(from, "config");
  const auto& layers = config.is_array() ? config : at(config, "layers"); // a plain list up to Keras 2.2.2
  if (!layers.is_array() || layers.empty())
    refuse("the model's description has no layers");
  architecture made;
  if (at(config, "name").is_string())
    made.name = config["name"].get<std::string>();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      if (const auto& input = input_of(at(layers[i], "config")); made.input.empty() && input.is_array())
        made.input = read_input(input);
      if (text_at(layers[i], "class_name") != "InputLayer")
        made.layers.push_back(read_layer(layers[i]));
    } catch (const failure& why) {
      refuse("layer " + std::to_string(i) + ": " + why.what());
    }
  }
  if (made.input.empty())
    refuse("the model's description does not say what its input looks like");
  return made;
}

std::string read_loss(const json& training_config) {
  const auto& loss = plain(at(training_config, "loss"));
  if (!loss.is_string())
    return "";
  // "CategoricalCrossentropy" is the class of categorical_crossentropy
  std::string name;
  for (const char c : loss.get<std::string>()) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !name.empty())
      name += '_';
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (const auto* kind = find_keras_loss(name); kind != nullptr)
    name = kind->name;
  const auto& keys = at(at(training_config, "loss"), "config");
  return at(keys, "from_logits") == true ? name + " from logits" : name; // which is another loss, that we lack
}

json model_config(const architecture& of, const layer_stack& stack) {
  json input = {nullptr};
  for (const auto extent : of.input)
    input.push_back(extent);
  auto layers = json::array();
  layers.push_back({{"class_name", "InputLayer"},
                    {"config",
                     {{"batch_input_shape", input},
                      {"dtype", "float32"},
                      {"sparse", false},
                      {"ragged", false},
                      {"name", stack[0]->name() + "_input"}}}});
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const auto& layer = *stack[i];
    auto config = layer.keras_config();
    config.update({{"name", layer.name()}, {"trainable", true}, {"dtype", "float32"}});
    if (i == 0)
      config["batch_input_shape"] = input;
    layers.push_back({{"class_name", find_layer(of.layers[i].name).keras_class}, {"config", config}});
  }
  return {{"class_name", "Sequential"}, {"config", {{"name", of.name}, {"layers", layers}}}};
}

json training_config(std::string_view loss, const spec& optimizer) {
  const auto& kind = find_optimizer(optimizer.name);
  auto config = optimizer.keys;
  config["name"] = kind.keras_class;
  if (config.contains("learning_rate"))
    config["learning_rate"] = keras_schedule(config["learning_rate"]);
  return {{"loss", loss},
          {"metrics", {"accuracy"}},
          {"weighted_metrics", nullptr},
          {"loss_weights", nullptr},
          {"optimizer_config", {{"class_name", kind.keras_class}, {"config", config}}}};
}

} // namespace dk::nn::keras
