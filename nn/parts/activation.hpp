#pragma once

#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// The numbers of the functions that have some, none of them below 0.
struct activation_keys {
  float alpha = 0;                                          ///< the slope on the negative side; of elu the limit there
  float max_value = std::numeric_limits<float>::infinity(); ///< of relu: no output is above it
  float threshold = 0;                                      ///< of relu: where the negative side ends

  bool operator==(const activation_keys& other) const {
    return alpha == other.alpha && max_value == other.max_value && threshold == other.threshold;
  }
};

/// A function that a layer applies to its outputs, rows x width numbers, in place.
struct activation_function {
  std::string_view name;
  void (*forward)(float* y, const float* bias, std::size_t rows, std::size_t width, const activation_keys& keys);
  void (*backward)(const float* y, float* dy, std::size_t rows, std::size_t width, const activation_keys& keys);
  activation_keys keys{};

  /// y <- f(y + bias); bias has `width` numbers, or is null for none.
  void apply(float* y, const float* bias, std::size_t rows, std::size_t width) const {
    forward(y, bias, rows, width, keys);
  }

  /// dy <- dL/dx, given dy = dL/dy and y = f(x). Does nothing where f is the identity.
  void differentiate(const float* y, float* dy, std::size_t rows, std::size_t width) const {
    if (backward != nullptr)
      backward(y, dy, rows, width, keys);
  }

  bool is_identity() const { return backward == nullptr; }
};

/// "linear", "relu", "elu", ...: see the table in activation.cpp. "softmax" works over the last axis, all others number
/// by number.
std::vector<std::string> activation_names();

/// Requires a name of activation_names(). The answer lives for ever.
const activation_function& find_activation(std::string_view name);

/// relu with other keys than its own.
activation_function bent(const activation_keys& keys);

/// What a config says: a name, or a table of a name and its keys, as in { name = "leaky_relu", alpha = 0.1 }.
/// @throws failure (config): an unknown name or key, a number out of range
void check_activation(const nlohmann::json& value);

/// Requires a value that check_activation has passed.
activation_function make_activation(const nlohmann::json& value);

/// What Keras 2's config of a layer has for it: a name, or a layer of Keras's that is a function.
nlohmann::json keras_activation(const activation_function& of);

/// The config of Keras 2's class for such a function, without a name: of LeakyReLU, ELU or ReLU.
nlohmann::json keras_activation_config(const activation_function& of);

} // namespace dk::nn
