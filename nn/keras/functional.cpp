#include "nn/keras/functional.hpp"

#include "common/error.hpp"
#include "nn/keras/json.hpp"

#include <map>
#include <set>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// The name in ["dense_1", 0, 0, ...].
std::string source_in(const json& tensor) {
  if (!tensor.is_array() || tensor.empty() || !tensor[0].is_string())
    refuse("\"inbound_nodes\" are not as Keras writes them");
  if (tensor.size() > 1 && tensor[1].is_number() && tensor[1] != 0)
    refuse("it reads \"" + tensor[0].get<std::string>() +
           "\" where that is used a second time; layers that are used "
           "more than once are not supported");
  return tensor[0].get<std::string>();
}

// Keras 3: a tensor wherever it stands among the arguments.
void add_tensors(const json& value, std::vector<std::string>& to) {
  if (at(value, "class_name") == "__keras_tensor__")
    to.push_back(source_in(at(at(value, "config"), "keras_history")));
  else if (value.is_structured())
    for (const auto& inner : value)
      add_tensors(inner, to);
}

std::vector<std::string> sources_of(const json& layer) {
  const auto& nodes = at(layer, "inbound_nodes");
  std::vector<std::string> sources;
  if (!nodes.is_array() || nodes.empty())
    return sources;
  if (nodes.size() > 1)
    refuse("a layer that is used more than once is not supported");
  if (nodes[0].is_object())
    add_tensors(nodes[0], sources);
  else
    for (const auto& tensor : nodes[0])
      sources.push_back(source_in(tensor));
  return sources;
}

// [["a", 0, 0], ["b", 0, 0]], or ["a", 0, 0] for one.
std::vector<std::string> names_in(const json& config, const char* key) {
  const auto& list = at(config, key);
  std::vector<std::string> names;
  const auto add = [&](const json& tensor) {
    if (!tensor.is_array() || tensor.empty() || !tensor[0].is_string())
      refuse("\"" + std::string{key} + "\" is not as Keras writes it");
    names.push_back(tensor[0].get<std::string>());
  };
  if (list.is_array() && !list.empty() && list[0].is_string())
    add(list);
  else if (list.is_array())
    for (const auto& tensor : list)
      add(tensor);
  if (names.empty())
    refuse("the model's description does not say what its \"" + std::string{key} + "\" are");
  return names;
}

std::string name_of(const json& layer) {
  const auto& name = at(layer, "name"); // Keras 1 and 2 have it beside the config, too
  return name.is_string() ? name.get<std::string>() : text_at(at(layer, "config"), "name");
}

// Every layer below what it reads; where a file has that order already, nothing moves, for weights follow it.
std::vector<functional_layer> in_order(const std::vector<functional_layer>& layers) {
  std::map<std::string, std::vector<std::size_t>> readers;
  std::vector<std::size_t> missing;
  std::set<std::size_t> ready;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    missing.push_back(layers[i].sources.size());
    for (const auto& source : layers[i].sources)
      readers[source].push_back(i);
    if (missing[i] == 0)
      ready.insert(i);
  }
  std::vector<functional_layer> ordered;
  while (!ready.empty()) {
    const auto next = *ready.begin();
    ready.erase(ready.begin());
    ordered.push_back(layers[next]);
    for (const auto reader : readers[layers[next].name])
      if (--missing[reader] == 0)
        ready.insert(reader);
    readers.erase(layers[next].name);
  }
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (missing[i] > 0)
      refuse("layer " + std::to_string(i) + " (" + layers[i].name +
             "): what it reads is not there, or reads it itself");
  return ordered;
}

} // namespace

functional_model read_functional(const json& config) {
  const auto& layers = at(config, "layers");
  if (!layers.is_array())
    refuse("the model's description has no layers");
  functional_model made;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      made.layers.push_back({&layers[i], name_of(layers[i]), sources_of(layers[i])});
    } catch (const failure& why) {
      refuse("layer " + std::to_string(i) + " (" + text_at(layers[i], "class_name") + "): " + why.what());
    }
  }
  made.layers = in_order(made.layers);
  made.inputs = names_in(config, "input_layers");
  made.outputs = names_in(config, "output_layers");
  return made;
}

json inbound_nodes(const std::vector<std::string>& sources) {
  auto node = json::array();
  for (const auto& name : sources)
    node.push_back({name, 0, 0, json::object()});
  return json::array({node});
}

json tensors(const std::vector<std::string>& names) {
  auto list = json::array();
  for (const auto& name : names)
    list.push_back({name, 0, 0});
  return list;
}

} // namespace dk::nn::keras
