// Writes a model and what it predicts, for h5py_check.py:  write_model FOLDER

#include "nn/compute_scope.hpp"
#include "nn/model.hpp"
#include "nn/model_file.hpp"
#include "tests/nn/fixtures.hpp"

#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
  using namespace dk::nn;
  if (argc != 2) {
    std::cerr << "usage: write_model FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  const compute_scope scope;
  model m{
      {"check", {20}, {test::dense(30, "relu"), test::dropout(0.5), test::dense(8, "tanh"), test::dense(4, "softmax")}},
      "categorical_crossentropy",
      1};
  m.initialize(1);
  save_model(folder + "/model.h5", m.architecture(), m.loss(), {"adam"}, m.weights());
  const std::size_t rows = 50;
  const auto x = test::random_numbers(rows * 20, 2);
  std::vector<float> y(rows * 4);
  m.predict(x.data(), rows, y.data());
  const auto write = [&](const char* name, const std::vector<float>& numbers) {
    std::ofstream{folder + "/" + name, std::ios::binary}.write(
        reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(float)));
  };
  write("x.f32", x);
  write("y.f32", y);
}
