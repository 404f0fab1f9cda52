#include "nn/model/stack.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/wiring.hpp"

namespace dk::nn {

layer_stack make_layers(const architecture& from) {
  const auto wires = wire(from);
  std::vector<shape> values;
  for (const auto& input : wires.inputs)
    values.push_back(input.extents);
  layer_stack layers;
  for (std::size_t i = 0; i < from.layers.size(); ++i) {
    const auto& kind = find_layer(from.layers[i].name);
    try {
      std::vector<shape> inputs;
      for (const auto source : wires.sources[i])
        inputs.push_back(values[source]);
      layers.push_back(kind.merge != nullptr ? kind.merge(from.layers[i], wires.layers[i], inputs)
                                             : kind.make(from.layers[i], wires.layers[i], inputs.front()));
      if (!value_or(from.layers[i], "trainable", true))
        layers.back()->freeze();
      values.push_back(layers.back()->output());
      checked_size(values.back());
      for (const auto& array : layers.back()->arrays())
        checked_size(array.extents);
    } catch (const failure& why) {
      throw failure{why.code(), who(from, i) + why.what()};
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
