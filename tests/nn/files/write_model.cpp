// Writes three models and what they predict, for h5py_check.py:  write_model FOLDER

#include "nn/catalog.hpp"
#include "nn/files/model_file.hpp"
#include "nn/model/compute_scope.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>

namespace {

using namespace dk::nn;

void write_numbers(const std::string& path, const std::vector<float>& numbers) {
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(numbers.data()),
                                              static_cast<std::streamsize>(numbers.size() * sizeof(float)));
}

// NAME.h5, NAME.x.f32 and NAME.y.f32, of a model that has taken a few steps, each of whose outputs has four classes.
void write(const std::string& path, const architecture& of) {
  const auto outputs = std::max<std::size_t>(1, of.outputs.size());
  model m{of, "categorical_crossentropy", outputs};
  m.initialize(1);
  const std::size_t rows = 50;
  const auto x = test::random_numbers(rows * m.input_size(), 2);
  const auto labels = test::random_classes(rows * outputs, 4, 3);
  const auto with = make_optimizer({"adam"}, m.num_weights());
  for (int step = 0; step < 5; ++step)
    m.train_on_batch({x.data(), labels.data(), rows}, *with);
  save_model(path + ".h5", m.architecture(), m.loss(), {"adam"}, m.weights());
  std::vector<float> y(rows * m.output_size());
  m.predict(x.data(), rows, y.data());
  write_numbers(path + ".x.f32", x);
  write_numbers(path + ".y.f32", y);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_model FOLDER\n";
    return 2;
  }
  const std::string folder = argv[1];
  const compute_scope scope;
  write(folder + "/dense",
        {"check",
         {20},
         {test::dense(30, "relu"), test::dropout(0.5), test::dense(8, "tanh"), test::dense(4, "softmax")}});
  const auto named = [](dk::spec layer, const char* name) {
    layer.keys["name"] = name;
    return layer;
  };
  write(folder + "/graph", {"check",
                            {27},
                            {named({"conv2d", {{"filters", 2}, {"kernel_size", 2}, {"from", "image"}}}, "seen"),
                             {"conv2d", {{"filters", 2}, {"kernel_size", 1}, {"activation", "tanh"}}},
                             {"add", {{"from", {"conv2d", "seen"}}}},
                             {"concatenate", {{"from", {"add", "seen"}}, {"axis", 2}}},
                             named({"flatten"}, "flat"),
                             {"concatenate", {{"from", {"flat", "place"}}}},
                             named(test::dense(4, "softmax"), "a"),
                             named({"dense", {{"units", 4}, {"activation", "softmax"}, {"from", "flat"}}}, "b")},
                            {{"place", {2}}, {"image", {5, 5, 1}}},
                            {"b", "a"}});
  write(folder + "/images", {"check",
                             {9, 8, 2},
                             {{"conv2d",
                               {{"filters", 3},
                                {"kernel_size", {3, 2}},
                                {"strides", {2, 1}},
                                {"padding", "same"},
                                {"activation", "tanh"},
                                {"kernel_regularizer", "l2"}}},
                              {"batch_normalization"},
                              {"leaky_relu", {{"alpha", 0.2}}},
                              {"max_pooling2d", {{"pool_size", 2}}},
                              {"flatten"},
                              test::dense(4, "softmax")}});
}
