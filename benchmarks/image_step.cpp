// How long does one training step of W2 take (28 x 28 images, two convolutions of 3 x 3 x 32, max pooling, 225-10,
// relu, softmax, Adam; 1,048,853 weights), and which way to convolve is the faster in each direction?
//
//   image_step [--json] [--batch N]
//
// Prints the median of microseconds on one thread: the step, and for both of its convolutions forward / gradient of the
// input / gradient of the kernel, as the product uses it and by unrolled matrix products.
// benchmarks/peers/torch_step.py --network w2 takes the same step in PyTorch.

#include "benchmarks/timing.hpp"
#include "common/random.hpp"
#include "nn/compute_scope.hpp"
#include "nn/convolution.hpp"
#include "nn/model.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

constexpr std::size_t rows_of_data = 2048;

std::vector<float> numbers(std::size_t count) {
  dk::random_stream random{1};
  std::vector<float> made(count);
  for (auto& number : made)
    number = static_cast<float>(random.uniform());
  return made;
}

double time_step(const std::vector<float>& images, const std::vector<float>& labels, std::size_t batch) {
  const dk::spec conv{"conv2d", {{"filters", 32}, {"kernel_size", 3}, {"activation", "relu"}}};
  dk::nn::model network{{"w2",
                         {28, 28, 1},
                         {conv,
                          conv,
                          {"max_pooling2d", {{"pool_size", 2}}},
                          {"flatten"},
                          {"dense", {{"units", 225}, {"activation", "relu"}}},
                          {"dense", {{"units", 10}, {"activation", "softmax"}}}}},
                        "categorical_crossentropy",
                        1};
  network.initialize(1);
  const auto adam = dk::nn::make_optimizer({"adam"}, network.num_weights());
  std::size_t at = 0;
  return dk::microseconds([&] {
    network.train_on_batch({&images[at * 784], &labels[at], batch}, *adam);
    at = (at + batch) % rows_of_data;
  });
}

struct directions {
  double forward;
  double input;
  double kernel;
};

directions time_convolution(dk::nn::convolution& by, const dk::nn::window& over, std::size_t filters,
                            std::size_t batch) {
  const auto x = numbers(batch * over.input());
  const auto dy = numbers(batch * over.positions() * filters);
  const auto kernel = numbers(over.numbers() * filters);
  std::vector<float> to(std::max({x.size(), dy.size(), kernel.size()}));
  return {dk::microseconds([&] { by.forward(batch, x.data(), kernel.data(), to.data()); }),
          dk::microseconds([&] { by.input_gradient(batch, dy.data(), kernel.data(), to.data()); }),
          dk::microseconds([&] { by.kernel_gradient(batch, x.data(), dy.data(), to.data()); })};
}

void print_convolutions(std::size_t batch) {
  const auto axis = [](std::size_t in) { return dk::nn::make_axis(in, 3, 1, 1, false); };
  const dk::nn::window both[] = {{axis(28), axis(28), 1}, {axis(26), axis(26), 32}};
  for (const auto& over : both) {
    const auto used = time_convolution(*dk::nn::make_convolution(over, 32), over, 32, batch);
    const auto unrolled = time_convolution(*dk::nn::make_unrolled_convolution(over, 32), over, 32, batch);
    std::printf("  %zu x %zu x %zu   as used %.0f / %.0f / %.0f   unrolled %.0f / %.0f / %.0f\n", over.y.in, over.x.in,
                over.channels, used.forward, used.input, used.kernel, unrolled.forward, unrolled.input,
                unrolled.kernel);
  }
}

} // namespace

int main(int argc, char** argv) {
  bool json = false;
  std::vector<std::size_t> batches{16, 64, 128};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = i + 1 < argc ? std::strtoul(argv[i + 1], nullptr, 10) : 0;
    if (word == "--json") {
      json = true;
    } else if (word == "--batch" && number > 0 && rows_of_data % number == 0) {
      batches = {number};
      ++i;
    } else {
      std::cerr << "usage: image_step [--json] [--batch N]   (N divides " << rows_of_data << ")\n";
      return 2;
    }
  }
  const dk::nn::compute_scope scope;
  const auto images = numbers(rows_of_data * 784);
  std::vector<float> labels(rows_of_data);
  for (std::size_t i = 0; i < labels.size(); ++i)
    labels[i] = static_cast<float>(i % 10);
  auto results = nlohmann::json::array();
  for (const auto batch : batches) {
    const double us = time_step(images, labels, batch);
    results.push_back({{"batch", batch}, {"dk_us", us}});
    if (!json) {
      std::printf("batch %zu: %.0f us per step\n", batch, us);
      print_convolutions(batch);
    }
  }
  if (json)
    std::cout << nlohmann::json{{"benchmark", "image_step"}, {"network", "w2"}, {"results", results}} << "\n";
}
