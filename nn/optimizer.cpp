#include "nn/optimizer.hpp"

#include <algorithm>

namespace dk::nn {

optimizer::optimizer(std::size_t num_weights, std::size_t arrays, float initial, const spec& from, double learning_rate)
    : num_weights_(num_weights), arrays_(arrays), learning_rate_(value_or(from, "learning_rate", learning_rate)),
      decay_(value_or(from, "decay", 0.0)) {
  state_.reserve(state_size());
  std::fill_n(state_.data(), state_size(), initial);
}

void optimizer::apply(float* weights, const float* gradient) {
  begin_step();
  apply_slice(0, num_weights_, weights, gradient);
}

void optimizer::begin_step() {
  const double rate = learning_rate_ / (1 + decay_ * static_cast<double>(steps_));
  ++steps_;
  rate_now_ = static_cast<float>(rate_of_step(steps_, rate));
}

} // namespace dk::nn
