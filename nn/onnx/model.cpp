#include "nn/onnx/model.hpp"

#include "nn/onnx/layers.hpp"
#include "nn/stack.hpp"

namespace dk::nn::onnx {

std::string encode_model(const architecture& of, const float* weights) {
  const auto layers = make_layers(of);
  graph made{of.name};
  auto reads = layers.front()->name() + "_input";
  auto sample = of.input;
  made.add_input(reads, sample);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& layer = *layers[i];
    add_layer(made, {of.layers[i].name, layer, weights, {reads}, {sample}, layer.name()});
    weights += weights_of(layer);
    reads = layer.name();
    sample = layer.output();
  }
  made.add_output(reads, sample);
  return made.release();
}

} // namespace dk::nn::onnx
