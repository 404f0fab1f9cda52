#include "nn/stack.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"

#include <map>

namespace dk::nn {

namespace {

std::string next_name(const spec& layer, std::map<std::string, int>& seen) {
  if (layer.keys.contains("name"))
    return layer.keys["name"].get<std::string>();
  const auto number = seen[layer.name]++;
  return number == 0 ? layer.name : layer.name + "_" + std::to_string(number);
}

void check_new(const std::string& name, const layer_stack& among) {
  if (name.empty())
    throw failure{errc::config, "the name is empty"};
  for (const auto& other : among)
    if (other->name() == name)
      throw failure{errc::config, "another layer has the name \"" + name + "\""};
}

} // namespace

layer_stack make_layers(const architecture& from) {
  auto at = from.input;
  if (at.empty() || checked_size(at) == 0)
    throw failure{errc::shape, "model \"" + from.name + "\": the input has no numbers; set input = [...]"};
  if (from.layers.empty())
    throw failure{errc::shape, "model \"" + from.name + "\" has no layers"};
  layer_stack layers;
  std::map<std::string, int> seen;
  for (std::size_t i = 0; i < from.layers.size(); ++i) {
    const auto& wanted = from.layers[i];
    try {
      check_layer(wanted);
      const auto name = next_name(wanted, seen);
      check_new(name, layers);
      layers.push_back(find_layer(wanted.name).make(wanted, name, at));
      at = layers.back()->output();
      checked_size(at);
      for (const auto& array : layers.back()->arrays())
        checked_size(array.extents);
    } catch (const failure& why) {
      throw failure{why.code(), "layer " + std::to_string(i) + " (" + wanted.name + "): " + why.what()};
    }
  }
  return layers;
}

std::size_t weights_of(const layer& of) {
  std::size_t sum = 0;
  for (const auto& array : of.arrays())
    sum += size_of(array.extents);
  return sum;
}

} // namespace dk::nn
