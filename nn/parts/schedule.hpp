#pragma once

#include "common/spec.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dk::nn {

/// A learning rate that depends on the number of steps taken before, 0, 1, ...
struct schedule {
  double nominal = 0;                      ///< what it starts from, or, after a warm-up, what that leads to; above 0
  std::function<double(std::uint64_t)> at; ///< empty: always the nominal rate
};

/// The names: "exponential_decay", "cosine_decay", ... with the keys and defaults that Keras 2.15 has.
std::vector<std::string> schedule_names();

/// A learning rate as a config has it: a number, or a table { name = "exponential_decay", ... }.
/// @throws failure (config): not a number, an unknown name, key, type or range
schedule make_schedule(const nlohmann::json& learning_rate);

/// What Keras's config of an optimizer has in place of such a value: a number, or {class_name, config}.
nlohmann::json keras_schedule(const nlohmann::json& learning_rate);

} // namespace dk::nn
