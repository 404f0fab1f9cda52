#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// A function that a layer applies to its outputs, rows x width numbers, in place.
struct activation_function {
  std::string_view name;
  void (*forward)(float* y, const float* bias, std::size_t rows, std::size_t width, float alpha);
  void (*backward)(const float* y, float* dy, std::size_t rows, std::size_t width, float alpha);
  float alpha = 0; ///< the slope or the limit on the negative side, of the functions that have one; not below 0

  /// y <- f(y + bias); bias has `width` numbers, or is null for none.
  void apply(float* y, const float* bias, std::size_t rows, std::size_t width) const {
    forward(y, bias, rows, width, alpha);
  }

  /// dy <- dL/dx, given dy = dL/dy and y = f(x). Does nothing where f is the identity.
  void differentiate(const float* y, float* dy, std::size_t rows, std::size_t width) const {
    if (backward != nullptr)
      backward(y, dy, rows, width, alpha);
  }

  bool is_identity() const { return backward == nullptr; }
};

/// "linear", "relu", "elu", ...: see the table in activation.cpp. "softmax" works over the last axis, all others number
/// by number.
std::vector<std::string> activation_names();

/// Requires a name of activation_names(). The answer lives for ever.
const activation_function& find_activation(std::string_view name);

} // namespace dk::nn
