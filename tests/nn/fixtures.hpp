#pragma once

#include "common/random.hpp"
#include "nn/model/architecture.hpp"
#include "nn/model/model.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace dk::nn::test {

inline std::vector<float> random_numbers(std::size_t count, std::uint64_t seed, double low = -1, double high = 1) {
  random_stream random{seed};
  std::vector<float> numbers(count);
  for (auto& number : numbers)
    number = static_cast<float>(random.uniform(low, high));
  return numbers;
}

/// Class numbers below `classes`.
inline std::vector<float> random_classes(std::size_t count, std::size_t classes, std::uint64_t seed) {
  random_stream random{seed};
  std::vector<float> numbers(count);
  for (auto& number : numbers)
    number = static_cast<float>(random.below(classes));
  return numbers;
}

inline spec dense(std::size_t units, const char* activation = "linear") {
  return {"dense", {{"units", units}, {"activation", activation}}};
}

inline spec dropout(double rate) {
  return {"dropout", {{"rate", rate}}};
}

/// A layer as Keras writes it.
inline nlohmann::json described(const char* class_name, nlohmann::json config, const char* name = "x") {
  config["name"] = name;
  return {{"class_name", class_name}, {"config", std::move(config)}};
}

/// 784-1000-200-10 with dropout, made smaller by `scale`.
inline architecture mnist_network(std::size_t scale = 1) {
  return {"sequential",
          {784 / scale},
          {dense(1000 / scale, "relu"), dropout(0.2), dense(200 / scale, "relu"), dropout(0.2), dense(10, "softmax")}};
}

} // namespace dk::nn::test
