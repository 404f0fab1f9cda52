#pragma once

#include "nn/model/model.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

namespace dk::nn::test {

/// Compares every number of model::gradient() with the central difference of the training loss; where a function has a
/// kink within the step, with that of a smaller step. Dropout is restarted before each evaluation, so that both sides
/// see the same mask. Meant for small models; the weights come back unchanged.
inline void check_gradient(model& of, const batch_view& batch, double tolerance = 2e-3) {
  const auto loss = [&] {
    of.seed_dropout(5);
    return of.compute_gradient(batch).loss();
  };
  loss();
  const std::vector<float> gradient{of.gradient(), of.gradient() + of.num_weights()};
  const auto difference = [&](std::size_t i, float step) {
    const float kept = of.weights()[i];
    of.weights()[i] = kept + step;
    const double above = loss();
    of.weights()[i] = kept - step;
    const double below = loss();
    of.weights()[i] = kept;
    return (above - below) / (2 * static_cast<double>(step));
  };
  double largest = 0;
  for (std::size_t i = 0; i < of.num_weights(); ++i) {
    const auto close_to = [&](double expected) { return Approx(expected).margin(tolerance).epsilon(0.02); };
    auto expected = difference(i, 5e-3F);
    if (static_cast<double>(gradient[i]) != close_to(expected))
      expected = difference(i, 5e-4F);
    INFO("weight " << i);
    CHECK(static_cast<double>(gradient[i]) == close_to(expected));
    largest = std::max(largest, std::abs(expected));
  }
  CHECK(largest > 0.01); // a check of zeros against zeros would pass whatever the layer does
}

} // namespace dk::nn::test
