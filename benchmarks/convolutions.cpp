// Which way to convolve is the faster in each direction, for the two convolutions of W2 (3 x 3, 32 filters)?
//
//   convolutions [--batch N]
//
// Prints the median of µs on one thread, forward / gradient of the input / gradient of the kernel, as the product
// convolves and by unrolled matrix products.

#include "benchmarks/arguments.hpp"
#include "benchmarks/timing.hpp"
#include "common/random.hpp"
#include "nn/kernels/convolution.hpp"
#include "nn/model/compute_scope.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace {

std::vector<float> numbers(std::size_t count) {
  dk::random_stream random{1};
  std::vector<float> made(count);
  for (auto& number : made)
    number = static_cast<float>(random.uniform());
  return made;
}

struct directions {
  double forward;
  double input;
  double kernel;
};

directions time_convolution(dk::nn::convolution& by, const dk::nn::patch& over, std::size_t filters,
                            std::size_t batch) {
  const auto x = numbers(batch * over.input());
  const auto dy = numbers(batch * over.positions() * filters);
  const auto kernel = numbers(over.numbers() * filters);
  std::vector<float> to(std::max({x.size(), dy.size(), kernel.size()}));
  return {dk::thread_microseconds([&] { by.forward(batch, x.data(), kernel.data(), to.data()); }),
          dk::thread_microseconds([&] { by.input_gradient(batch, dy.data(), kernel.data(), to.data()); }),
          dk::thread_microseconds([&] { by.kernel_gradient(batch, x.data(), dy.data(), to.data()); })};
}

void print_convolutions(std::size_t batch) {
  const auto axis = [](std::size_t in) { return dk::nn::make_axis(in, 3, 1, 1, false); };
  const dk::nn::patch both[] = {{axis(28), axis(28), 1}, {axis(26), axis(26), 32}};
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
  const benchmark::arguments given{argc, argv, "convolutions [--batch N]"};
  const auto& words = given.all();
  if (!words.empty() && (words.size() != 2 || words[0] != "--batch"))
    given.refuse(words[0] == "--batch" ? "--batch needs one number" : "unknown argument " + words[0]);
  std::vector<std::size_t> batches{1, 16, 128};
  if (!words.empty())
    batches = {given.number("N", words[1], 4096)};
  const dk::nn::compute_scope scope;
  for (const auto batch : batches) {
    std::printf("batch %zu\n", batch);
    print_convolutions(batch);
  }
}
