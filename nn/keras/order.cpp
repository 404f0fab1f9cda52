#include "nn/keras/order.hpp"

#include "nn/model/wiring.hpp"

#include <algorithm>
#include <numeric>

namespace dk::nn::keras {

namespace {

// Layers on the longest way from each value to an output. Layers stand below what they read.
std::vector<std::size_t> depths_of(const wiring& wires) {
  std::vector<std::size_t> depths(wires.inputs.size() + wires.layers.size(), 0);
  for (auto i = wires.layers.size(); i-- > 0;)
    for (const auto source : wires.sources[i])
      depths[source] = std::max(depths[source], depths[wires.value_of(i)] + 1);
  return depths;
}

// When a walk from the outputs, into the first source first, meets each value.
std::vector<std::size_t> meetings_of(const wiring& wires) {
  const auto values = wires.inputs.size() + wires.layers.size();
  std::vector<std::size_t> met(values, values);
  std::vector<std::size_t> open(wires.outputs.rbegin(), wires.outputs.rend());
  for (std::size_t count = 0; !open.empty();) {
    const auto value = open.back();
    open.pop_back();
    if (met[value] != values)
      continue;
    met[value] = count++;
    if (value >= wires.inputs.size()) {
      const auto& sources = wires.sources[value - wires.inputs.size()];
      open.insert(open.end(), sources.rbegin(), sources.rend());
    }
  }
  return met;
}

std::vector<std::size_t> order_of(const wiring& wires) {
  const auto depths = depths_of(wires);
  const auto met = meetings_of(wires);
  std::vector<std::size_t> order(wires.layers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto x = wires.value_of(a);
    const auto y = wires.value_of(b);
    return depths[x] != depths[y] ? depths[x] > depths[y] : met[x] < met[y];
  });
  return order;
}

// The same model with its layers in this order: names and sources, which went without saying, are said.
architecture sorted(architecture from, wiring wires, const std::vector<std::size_t>& order) {
  if (from.inputs.empty()) {
    wires.inputs[0].name = wires.layers[0] + "_input";
    from.inputs = wires.inputs;
  }
  auto made = from;
  made.layers.clear();
  for (const auto i : order) {
    made.layers.push_back(from.layers[i]);
    auto& keys = made.layers.back().keys;
    keys["name"] = wires.layers[i];
    keys["from"] = nlohmann::json::array();
    for (const auto source : wires.sources[i])
      keys["from"].push_back(wires.name_of(source));
  }
  made.outputs.clear();
  for (const auto output : wires.outputs)
    made.outputs.push_back(wires.name_of(output));
  return made;
}

std::vector<const float*> places_of(const layer_stack& layers, const float* weights) {
  std::vector<const float*> places;
  for (const auto& layer : layers) {
    places.push_back(weights);
    weights += weights_of(*layer);
  }
  return places;
}

} // namespace

ordered_model in_keras_order(const architecture& from, const float* weights) {
  auto layers = make_layers(from);
  auto places = places_of(layers, weights);
  auto wires = wire(from);
  if (wires.is_chain())
    return {from, std::move(layers), std::move(places)};
  const auto order = order_of(wires);
  ordered_model made{sorted(from, std::move(wires), order), {}, {}};
  for (const auto i : order) {
    made.layers.push_back(std::move(layers[i]));
    made.weights.push_back(places[i]);
  }
  return made;
}

} // namespace dk::nn::keras
