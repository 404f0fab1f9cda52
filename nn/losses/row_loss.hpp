#pragma once

#include "nn/loss.hpp"

#include <string_view>

namespace dk::nn {

/// What one row adds to a loss: the sum over its outputs. Unless d is null, d <- scale times the sum's gradient.
using row_pass = double (*)(const float* o, const float* y, std::size_t width, float scale, float* d);

constexpr float keras_epsilon = 1e-7F; ///< nearer to 0 than this no logarithm is taken and nothing is divided by

/// A loss that compares a row's outputs with as many numbers of labels, row by row.
struct row_rule {
  std::string_view name;
  row_pass pass;
  bool mean = true;               ///< over the outputs of a row; else their sum
  row_pass fused_pass = nullptr;  ///< on what goes into the activation that was left to the loss
  row_pass binary_pass = nullptr; ///< where all labels of a batch are 0 or 1 and `pass` wants -1 or 1
};

/// @throws failure (shape) when a label has not as many numbers as the model has outputs
std::unique_ptr<loss_function> make_row_loss(const row_rule& rule, const loss_use& use);

/// What a loss_kind has for `make`, if the loss is a rule.
template <const row_rule& Rule>
std::unique_ptr<loss_function> make_by_row(const loss_use& use) {
  return make_row_loss(Rule, use);
}

} // namespace dk::nn
