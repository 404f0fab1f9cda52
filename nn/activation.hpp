#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// A function that a layer applies to its outputs, rows x width numbers, in place.
struct activation_function {
  std::string_view name;
  /// y <- f(y + bias); bias has `width` numbers, or is null for none.
  void (*apply)(float* y, const float* bias, std::size_t rows, std::size_t width);
  /// dy <- dL/dx, given dy = dL/dy and y = f(x). Null: f is the identity.
  void (*differentiate)(const float* y, float* dy, std::size_t rows, std::size_t width);
};

/// "linear", "relu", "sigmoid", "softmax" (over the last axis), "tanh".
std::vector<std::string> activation_names();

/// Requires a name of activation_names(). The answer lives for ever.
const activation_function& find_activation(std::string_view name);

} // namespace dk::nn
