#include "nn/keras/functional.hpp"

#include "common/error.hpp"
#include "nn/keras/calls.hpp"
#include "nn/keras/json.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// One end of a model: the layer, and the name that a dictionary gives it.
struct model_end {
  std::string layer;
  std::string name;
};

// [["a", 0, 0], ["b", 0, 0]], or ["a", 0, 0] for one, or {"x": ["a", 0, 0]} of Keras 3, whose order is that of its
// keys.
std::vector<model_end> ends_in(const json& config, const char* key) {
  const auto& list = at(config, key);
  std::vector<model_end> all;
  if (list.is_object())
    for (const auto& [name, tensor] : list.items())
      all.push_back({source_of(tensor), name});
  else if (list.is_array() && !list.empty() && list[0].is_string())
    all.push_back({source_of(list), ""});
  else if (list.is_array())
    for (const auto& tensor : list)
      all.push_back({source_of(tensor), ""});
  if (all.empty())
    refuse("the model's description does not say what its \"" + std::string{key} + "\" are");
  return all;
}

std::string name_of(const json& layer) {
  const auto& name = at(layer, "name"); // Keras 1 and 2 have it beside the config, too
  const auto own = text_at(at(layer, "config"), "name");
  if (name.is_string() && name != own)
    refuse("it has two names, " + name.dump() + " and \"" + own + "\"");
  return own;
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

namespace {

// A layer that is the input or output `name` of a dictionary is called so from now on.
void rename(const std::string& layer, const std::string& name, functional_model& in) {
  if (layer == name)
    return;
  for (auto& one : in.layers) {
    if (one.name == name)
      refuse("\"" + name + "\" of a dictionary is the layer \"" + layer + "\", but another layer has that name");
    if (one.name == layer)
      one.name = name;
    std::replace(one.sources.begin(), one.sources.end(), layer, name);
  }
}

std::vector<std::string> named_ends(const json& config, const char* key, functional_model& in) {
  std::vector<std::string> names;
  for (auto& end : ends_in(config, key)) {
    if (!end.name.empty()) {
      rename(end.layer, end.name, in);
      std::replace(in.inputs.begin(), in.inputs.end(), end.layer, end.name);
    }
    names.push_back(end.name.empty() ? end.layer : end.name);
  }
  return names;
}

} // namespace

functional_model read_functional(const json& config) {
  const auto& layers = at(config, "layers");
  if (!layers.is_array())
    refuse("the model's description has no layers");
  functional_model made;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      auto found = read_call(layers[i]);
      made.layers.push_back({&layers[i], name_of(layers[i]), std::move(found.sources), std::move(found.for_training)});
    } catch (const failure& why) {
      const auto& name = at(at(layers[i], "config"), "name");
      refuse("layer " + std::to_string(i) + " (" +
             (name.is_string() ? name.get<std::string>() : text_at(layers[i], "class_name")) + "): " + why.what());
    }
  }
  made.layers = in_order(made.layers);
  made.inputs = named_ends(config, "input_layers", made);
  made.outputs = named_ends(config, "output_layers", made);
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
