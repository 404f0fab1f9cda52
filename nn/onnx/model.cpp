#include "nn/onnx/model.hpp"

#include "nn/model/stack.hpp"
#include "nn/model/wiring.hpp"
#include "nn/onnx/layers.hpp"

namespace dk::nn::onnx {

std::string encode_model(const architecture& of, const float* weights) {
  const auto wires = wire(of);
  const auto layers = make_layers(of);
  graph made{of.name};
  names values;
  std::vector<shape> samples;
  for (const auto& input : wires.inputs) {
    values.push_back(input.name.empty() ? layers.front()->name() + "_input" : input.name);
    samples.push_back(input.extents);
    made.add_input(values.back(), input.extents);
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& layer = *layers[i];
    names reads;
    std::vector<shape> inputs;
    for (const auto source : wires.sources[i]) {
      reads.push_back(values[source]);
      inputs.push_back(samples[source]);
    }
    add_layer(made, {of.layers[i].name, layer, weights, reads, inputs, layer.name()});
    weights += weights_of(layer);
    values.push_back(layer.name());
    samples.push_back(layer.output());
  }
  for (const auto output : wires.outputs)
    made.add_output(values[output], samples[output]);
  return made.release();
}

} // namespace dk::nn::onnx
