#include "nn/keras/functional.hpp"

#include "nn/keras/json.hpp"

#include <map>
#include <vector>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// The name in ["dense_1", 0, 0, ...].
void add_source(const json& tensor, std::vector<std::string>& to) {
  if (!tensor.is_array() || tensor.empty() || !tensor[0].is_string())
    refuse("\"inbound_nodes\" are not as Keras writes them");
  to.push_back(tensor[0].get<std::string>());
}

// Keras 3: a tensor wherever it stands among the arguments.
void add_tensors(const json& value, std::vector<std::string>& to) {
  if (at(value, "class_name") == "__keras_tensor__")
    return add_source(at(at(value, "config"), "keras_history"), to);
  if (value.is_structured())
    for (const auto& inner : value)
      add_tensors(inner, to);
}

// The layers that a layer reads.
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
      add_source(tensor, sources);
  return sources;
}

// ["n", 0, 0], or a list of one of them.
std::string only_name(const json& config, const char* key) {
  const auto& list = at(config, key);
  const auto& first = list.is_array() && list.size() == 1 ? list[0] : list;
  if (!first.is_array() || first.empty() || !first[0].is_string())
    refuse("a model with several inputs or outputs is not supported (\"" + std::string{key} + "\")");
  return first[0].get<std::string>();
}

} // namespace

json chain_of(const json& config) {
  const auto& layers = at(config, "layers");
  if (!layers.is_array())
    refuse("the model's description has no layers");
  std::map<std::string, const json*> follower; // by the name of what it reads
  const json* first = nullptr;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto who = "layer " + std::to_string(i) + " (" + text_at(layers[i], "class_name") + "): ";
    const auto sources = sources_of(layers[i]);
    if (sources.empty() && first != nullptr)
      refuse(who + "a second input is not supported");
    if (sources.size() > 1)
      refuse(who + "a layer with several inputs is not supported");
    if (sources.empty())
      first = &layers[i];
    else if (!follower.emplace(sources[0], &layers[i]).second)
      refuse(who + "\"" + sources[0] + "\" has a reader already; branches are not supported");
  }
  const auto name_of = [](const json& layer) {
    const auto& name = at(layer, "name"); // Keras 1 and 2 have it beside the config, too
    return name.is_string() ? name.get<std::string>() : text_at(at(layer, "config"), "name");
  };
  if (first == nullptr || name_of(*first) != only_name(config, "input_layers"))
    refuse("the model's description does not say where its input is");
  auto chain = json::array();
  const json* last = nullptr;
  for (const auto* at = first; at != nullptr && chain.size() < layers.size();) {
    chain.push_back(*at);
    last = at;
    const auto next = follower.find(name_of(*at));
    at = next == follower.end() ? nullptr : next->second;
  }
  if (chain.size() != layers.size() || name_of(*last) != only_name(config, "output_layers"))
    refuse("the layers are not one chain from the input to the output");
  return chain;
}

} // namespace dk::nn::keras
