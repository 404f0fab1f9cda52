#include "nn/keras/config.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/keras/functional.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"
#include "nn/model/wiring.hpp"

#include <algorithm>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// [null, 28, 28] without its batch axis.
shape read_input(const json& from) {
  if (from.size() < 2 || !(from[0].is_null() || from[0].is_number_unsigned()))
    refuse("the input's shape " + shown(from) + " is not supported: expected the batch and one axis at least");
  shape extents;
  for (std::size_t i = 1; i < from.size(); ++i) {
    if (!from[i].is_number_unsigned() || from[i].get<std::uint64_t>() == 0 || from[i].get<std::uint64_t>() > 1U << 30U)
      refuse("the input's shape " + shown(from) + " is not supported: every axis but the batch needs its extent");
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

std::string place_of(std::size_t index, const json& layer) {
  const auto& name = at(at(layer, "config"), "name");
  return "layer " + std::to_string(index) + (name.is_string() ? " (" + name.get<std::string>() + ")" : "") + ": ";
}

/// Reads the layers of one file.
struct layer_reader {
  generation by;
  std::vector<std::string>* for_training;

  // With the place of each thing that training would need.
  spec read(std::size_t index, const json& layer, const std::string& of_call = "") const {
    std::vector<std::string> found;
    auto made = read_layer(layer, by, for_training == nullptr ? nullptr : &found);
    if (!of_call.empty())
      found.push_back(of_call);
    if (for_training == nullptr && !found.empty())
      refuse(found.front());
    for (const auto& one : found)
      for_training->push_back(place_of(index, layer) + one);
    return made;
  }
};

// What an input says, as [null, 28, 28]; null where it does not.
json read_input_layer(const json& layer) {
  if (text_at(layer, "class_name") != "InputLayer")
    refuse("nothing says what it reads");
  check_object(part::layer_entry, layer);
  const auto& config = at(layer, "config");
  check_all_known(part::input_layer, "InputLayer", config, {"batch_input_shape", "batch_shape"});
  return input_of(config);
}

architecture read_sequence(const json& config, const layer_reader& reader) {
  const auto& layers = config.is_array() ? config : at(config, "layers"); // a plain list up to Keras 2.2.2
  if (!layers.is_array() || layers.empty())
    refuse("the model's description has no layers");
  architecture made;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      const bool is_input = text_at(layers[i], "class_name") == "InputLayer";
      if (is_input && i > 0)
        refuse("an input below other layers is not supported");
      const auto input = is_input ? read_input_layer(layers[i]) : input_of(at(layers[i], "config"));
      if (made.input.empty() && input.is_array())
        made.input = read_input(input);
      if (!is_input)
        made.layers.push_back(reader.read(i, layers[i]));
    } catch (const failure& why) {
      refuse(place_of(i, layers[i]) + why.what());
    }
  }
  if (const auto& built = at(config, "build_input_shape"); made.input.empty() && built.is_array())
    made.input = read_input(built);
  if (made.input.empty())
    refuse("the model's description does not say what its input looks like");
  return made;
}

// An input under its name; the rows hold them in the order of `input_layers`.
void add_input(const functional_layer& from, const std::vector<std::string>& order, architecture& to) {
  const auto input = read_input_layer(*from.description);
  const auto found = std::find(order.begin(), order.end(), from.name);
  if (!input.is_array())
    refuse("nothing says what it reads");
  if (found == order.end())
    refuse("it is no input of the model");
  to.inputs[static_cast<std::size_t>(found - order.begin())] = {from.name, read_input(input)};
}

// A model that is one chain is described as one.
void simplify(architecture& made) {
  if (!wire(made).is_chain())
    return;
  for (auto& layer : made.layers)
    layer.keys.erase("from");
  made.inputs.clear();
  made.outputs.clear();
}

architecture read_graph(const json& config, const layer_reader& reader) {
  const auto found = read_functional(config);
  architecture made;
  made.inputs.resize(found.inputs.size());
  for (std::size_t i = 0; i < found.layers.size(); ++i) {
    const auto& from = found.layers[i];
    try {
      if (from.sources.empty()) {
        add_input(from, found.inputs, made);
        continue;
      }
      made.layers.push_back(reader.read(i, *from.description, from.for_training));
      made.layers.back().keys["name"] = from.name;
      made.layers.back().keys["from"] = from.sources;
    } catch (const failure& why) {
      refuse(place_of(i, *from.description) + why.what());
    }
  }
  made.outputs = found.outputs;
  std::size_t numbers = 0;
  for (std::size_t i = 0; i < made.inputs.size(); ++i) {
    if (made.inputs[i].extents.empty())
      refuse("the input \"" + found.inputs[i] + "\" is not among the layers");
    numbers += checked_size(made.inputs[i].extents);
  }
  made.input = made.inputs.size() == 1 ? made.inputs[0].extents : shape{numbers};
  simplify(made);
  return made;
}

} // namespace

generation generation_of(const json& model, const std::string& version) {
  const auto& named = at(model, "keras_version");
  const auto text = !version.empty() || !named.is_string() ? version : named.get<std::string>();
  const bool is_one = text.size() == 1 || (text.size() > 1 && text[1] == '.');
  if (is_one && text[0] >= '1' && text[0] <= '3')
    return static_cast<generation>(text[0] - '0');
  if (!text.empty())
    refuse("written by Keras " + text + "; files of Keras 1, 2 and 3 are supported");
  if (is_keras_3(model))
    return generation::keras_3;
  const auto dump = model.dump(); // Keras 1 before 1.2 names no version; these keys are its own
  const bool old = dump.find("\"output_dim\"") != std::string::npos || dump.find("\"nb_filter\"") != std::string::npos;
  return old ? generation::keras_1 : generation::keras_2;
}

architecture read_model_config(const json& from, generation by, std::vector<std::string>* for_training) {
  check_object(part::model_entry, from);
  const auto class_name = text_at(from, "class_name");
  const auto& config = at(from, "config");
  const bool functional = class_name == "Functional" || class_name == "Model";
  if (class_name != "Sequential" && !functional)
    refuse("models of the class " + class_name + " are not supported, only Sequential and Functional");
  check_all_known(part::model, class_name, config,
                  functional ? std::vector<std::string>{"name", "layers", "input_layers", "output_layers"}
                             : std::vector<std::string>{"name", "layers", "build_input_shape"});
  const layer_reader reader{by, for_training};
  auto made = functional ? read_graph(config, reader) : read_sequence(config, reader);
  if (!read_trainable(config)) // then no layer is
    for (auto& layer : made.layers)
      layer.keys["trainable"] = false;
  if (at(config, "name").is_string())
    made.name = config["name"].get<std::string>();
  return made;
}

namespace {

json batch_shape(const shape& of) {
  json extents = {nullptr};
  for (const auto extent : of)
    extents.push_back(extent);
  return extents;
}

json input_layer(const std::string& name, const shape& extents) {
  return {{"class_name", "InputLayer"},
          {"config",
           {{"batch_input_shape", batch_shape(extents)},
            {"dtype", "float32"},
            {"sparse", false},
            {"ragged", false},
            {"name", name}}}};
}

json layer_entry(const spec& from, const layer& layer) {
  auto config = layer.keras_config();
  config.update({{"name", layer.name()}, {"trainable", !layer.is_frozen()}, {"dtype", "float32"}});
  return {{"class_name", find_layer(from.name).keras_class}, {"config", config}};
}

json sequential_config(const architecture& of, const layer_stack& layers) {
  auto list = json::array();
  list.push_back(input_layer(layers[0]->name() + "_input", of.input));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    list.push_back(layer_entry(of.layers[i], *layers[i]));
    if (i == 0)
      list.back()["config"]["batch_input_shape"] = batch_shape(of.input);
  }
  return {{"class_name", "Sequential"}, {"config", {{"name", of.name}, {"layers", list}}}};
}

json functional_config(const architecture& of, const wiring& wires, const layer_stack& layers) {
  auto list = json::array();
  std::vector<std::string> inputs;
  for (const auto& input : wires.inputs) {
    inputs.push_back(input.name.empty() ? layers[0]->name() + "_input" : input.name);
    list.push_back(input_layer(inputs.back(), input.extents));
    list.back().update({{"name", inputs.back()}, {"inbound_nodes", json::array()}});
  }
  const auto name_of = [&](std::size_t value) { return value < inputs.size() ? inputs[value] : wires.name_of(value); };
  const auto names_of = [&](const std::vector<std::size_t>& values) {
    std::vector<std::string> names;
    for (const auto value : values)
      names.push_back(name_of(value));
    return names;
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    list.push_back(layer_entry(of.layers[i], *layers[i]));
    list.back().update({{"name", layers[i]->name()}, {"inbound_nodes", inbound_nodes(names_of(wires.sources[i]))}});
  }
  json config{{"name", of.name},
              {"layers", list},
              {"input_layers", tensors(inputs)},
              {"output_layers", tensors(names_of(wires.outputs))}};
  if (std::none_of(layers.begin(), layers.end(), [](const auto& layer) { return layer->is_frozen(); }))
    config["trainable"] = true; // which Keras 3 takes for a word about all layers
  return {{"class_name", "Functional"}, {"config", std::move(config)}};
}

} // namespace

json model_config(const architecture& of, const layer_stack& layers) {
  const auto wires = wire(of);
  return wires.is_chain() ? sequential_config(of, layers) : functional_config(of, wires, layers);
}

} // namespace dk::nn::keras
