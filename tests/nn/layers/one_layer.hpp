#pragma once

#include "nn/model/model.hpp"
#include "nn/model/stack.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

namespace dk::nn::test {

/// What a model of this layer alone predicts for x.
inline std::vector<float> output_of(const spec& layer, const shape& input, const std::vector<float>& x,
                                    const std::vector<float>& weights = {}) {
  const architecture of{"m", input, {layer}};
  model m{of, "mean_squared_error", size_of(make_layers(of).back()->output())};
  REQUIRE(weights.size() == m.num_weights());
  std::copy(weights.begin(), weights.end(), m.weights());
  std::vector<float> y(m.output_size() * (x.size() / m.input_size()));
  m.predict(x.data(), x.size() / m.input_size(), y.data());
  return y;
}

inline shape output_shape(const spec& layer, const shape& input) {
  return make_layers({"m", input, {layer}}).back()->output();
}

/// 1, 2, 3, ...
inline std::vector<float> counted(std::size_t size) {
  std::vector<float> numbers(size);
  std::iota(numbers.begin(), numbers.end(), 1.0F);
  return numbers;
}

} // namespace dk::nn::test
