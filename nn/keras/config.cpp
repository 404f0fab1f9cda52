#include "nn/keras/config.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/keras/functional.hpp"
#include "nn/keras/json.hpp"

namespace dk::nn::keras {

namespace {

using nlohmann::json;

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

// Where a layer says what it reads: the first does.
json input_of(const json& config) {
  for (const char* key : {"batch_input_shape", "batch_shape"})
    if (const auto& extents = at(config, key); extents.is_array())
      return extents;
  const auto& width = at(config, "input_dim"); // Keras 1, of a dense layer
  return width.is_null() ? width : json{nullptr, width};
}

bool is_keras_3(const json& from) {
  const auto& module = at(from, "module");
  return module.is_string() && module.get<std::string>().rfind("keras", 0) == 0;
}

} // namespace

generation generation_of(const json& model, const std::string& version) {
  const auto& named = at(model, "keras_version");
  const auto text = !version.empty() || !named.is_string() ? version : named.get<std::string>();
  if (!text.empty() && text[0] >= '1' && text[0] <= '3')
    return static_cast<generation>(text[0] - '0');
  if (!text.empty())
    refuse("written by Keras " + text + "; files of Keras 1, 2 and 3 are supported");
  if (is_keras_3(model))
    return generation::keras_3;
  const auto dump = model.dump(); // Keras 1 before 1.2 names no version; these keys are its own
  const bool old = dump.find("\"output_dim\"") != std::string::npos || dump.find("\"nb_filter\"") != std::string::npos;
  return old ? generation::keras_1 : generation::keras_2;
}

architecture read_model_config(const json& from, generation by) {
  const auto class_name = text_at(from, "class_name");
  const auto& config = at(from, "config");
  const bool functional = class_name == "Functional" || class_name == "Model";
  if (class_name != "Sequential" && !functional)
    refuse("models of the class " + class_name + " are not supported, only Sequential and Functional");
  const auto layers = functional          ? chain_of(config)
                      : config.is_array() ? config
                                          : at(config, "layers"); // a plain list up to Keras 2.2.2
  if (!layers.is_array() || layers.empty())
    refuse("the model's description has no layers");
  architecture made;
  if (at(config, "name").is_string())
    made.name = config["name"].get<std::string>();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      if (const auto input = input_of(at(layers[i], "config")); made.input.empty() && input.is_array())
        made.input = read_input(input);
      if (text_at(layers[i], "class_name") != "InputLayer")
        made.layers.push_back(read_layer(layers[i], by));
    } catch (const failure& why) {
      const auto& name = at(at(layers[i], "config"), "name");
      refuse("layer " + std::to_string(i) + (name.is_string() ? " (" + name.get<std::string>() + ")" : "") + ": " +
             why.what());
    }
  }
  if (const auto& built = at(config, "build_input_shape"); made.input.empty() && built.is_array())
    made.input = read_input(built);
  if (made.input.empty())
    refuse("the model's description does not say what its input looks like");
  return made;
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

} // namespace dk::nn::keras
