// Writes models in the formats of `dk_driver export`, and what they predict, for export_check.py:  write_exports FOLDER
// NAME.onnx, NAME.safetensors; NAME.x.f32 and NAME.y.f32, rows of numbers; models.json, their names and shapes.

#include "nn/catalog.hpp"
#include "nn/files/model_file.hpp"
#include "nn/model/compute_scope.hpp"
#include "nn/model/stack.hpp"
#include "nn/model/wiring.hpp"
#include "tests/nn/files/exported_models.hpp"

#include <fstream>
#include <iostream>

namespace {

using namespace dk::nn;

constexpr std::size_t rows = 50;

void write_numbers(const std::string& path, const std::vector<float>& numbers) {
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(numbers.data()),
                                              static_cast<std::streamsize>(numbers.size() * sizeof(float)));
}

// The model takes a few steps first, so that the statistics of batch normalization are not those of a fresh one.
nlohmann::json write(const std::string& folder, const architecture& of) {
  const auto wires = wire(of);
  const auto layers = make_layers(of);
  std::size_t wide = 0;
  for (const auto output : wires.outputs)
    wide += size_of(layers[output - wires.inputs.size()]->output());
  model m{of, "mean_squared_error", wide};
  m.initialize(1);
  const auto x = test::random_numbers(rows * m.input_size(), 2, -3, 3);
  const auto labels = test::random_numbers(rows * wide, 3, 0, 1);
  const auto with = make_optimizer({"sgd", {{"learning_rate", 0.001}}}, m.num_weights());
  for (int step = 0; m.num_weights() > 0 && step < 5; ++step)
    m.train_on_batch({x.data(), labels.data(), rows}, *with);
  std::vector<float> y(rows * wide);
  m.predict(x.data(), rows, y.data());
  const auto path = folder + '/' + of.name;
  save_onnx(path + ".onnx", of, m.weights());
  save_safetensors(path + ".safetensors", of, m.weights());
  write_numbers(path + ".x.f32", x);
  write_numbers(path + ".y.f32", y);
  auto inputs = nlohmann::json::array();
  for (const auto& input : wires.inputs)
    inputs.push_back(input.extents);
  return {{"name", of.name}, {"rows", rows}, {"inputs", inputs}};
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_exports FOLDER\n";
    return 2;
  }
  const compute_scope scope;
  auto all = nlohmann::json::array();
  for (const auto& of : test::exported_models())
    all.push_back(write(argv[1], of));
  std::ofstream{std::string{argv[1]} + "/models.json"} << all;
}
