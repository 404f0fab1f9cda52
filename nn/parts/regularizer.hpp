#pragma once

#include "common/spec.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dk::nn {

/// What an array of weights adds to the loss: l1 times the sum of |w|, and l2 times the sum of w^2.
struct penalty {
  double l1 = 0;
  double l2 = 0;

  bool any() const { return l1 > 0 || l2 > 0; }
};

/// A value, as a config has it, is a name ("l2": Keras's factor of 0.01) or a table ({ name = "l1_l2", l1 = 0.1 }).
std::vector<std::string> regularizer_names();

/// @throws failure (config): an unknown name, key, type or range
void check_regularizer(const nlohmann::json& value);

/// Requires a value that was checked, or null for no penalty.
penalty penalty_of(const nlohmann::json& value);

/// {class_name, config}, as Keras 2 writes it; null for null.
nlohmann::json keras_regularizer(const nlohmann::json& value);

/// The value for what a Keras file has, or null for null.
/// @throws failure (model) that names a class which we do not have
nlohmann::json read_keras_regularizer(const nlohmann::json& from);

double cost_of(const penalty& of, const float* weights, std::size_t count);

/// gradient <- gradient + l1 sign(w) + 2 l2 w
void add_gradient(const penalty& of, const float* weights, std::size_t count, float* gradient);

} // namespace dk::nn
