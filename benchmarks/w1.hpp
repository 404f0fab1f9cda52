#pragma once

// The network and the data that the benchmarks share: W1, dist-keras's MNIST MLP, on numbers made up here.

#include "benchmarks/networks.hpp"
#include "common/random.hpp"
#include "data/dataset.hpp"
#include "runtime/config/job.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace benchmark {

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

constexpr std::size_t w1_weights = 987210;

/// W1: 784-1000-200-10, relu, dropout 0.2 twice, softmax, Adam.
inline dk::job w1_job() {
  dk::job w1;
  w1.name = "w1";
  const auto net = networks()[0].model;
  w1.model.input = net.input;
  w1.model.layers = net.layers;
  return w1;
}

/// Rows about as sparse as MNIST's.
inline dk::data::dataset w1_rows(std::size_t rows) {
  dk::random_stream random{1};
  dk::block_writer features{rows * 784};
  dk::block_writer labels{rows};
  for (std::size_t i = 0; i < rows * 784; ++i)
    features.data()[i] = i % 784 >= 67 && random.uniform() < 0.25 ? static_cast<float>(random.uniform()) : 0.0F;
  for (std::size_t i = 0; i < rows; ++i)
    labels.data()[i] = static_cast<float>(random.below(10));
  return {rows, {784}, 784, 1, std::move(features).done(), std::move(labels).done(), "made up"};
}

} // namespace benchmark
