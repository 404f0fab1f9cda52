#pragma once

#include "common/spec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// What a model is to minimise: a loss, with its keys, for each output in their order, or one for all of them, and what
/// each counts for in the sum.
struct objective {
  std::vector<spec> losses;
  std::vector<double> weights; ///< of each loss; none: 1

  objective() = default;
  objective(const char* loss) : losses{spec{loss}} {}
  objective(const std::string& loss) : losses{spec{loss}} {}
  objective(std::string_view loss) : losses{spec{std::string{loss}}} {}
  objective(spec loss) : losses{std::move(loss)} {}
  objective(const std::vector<std::string>& all, std::vector<double> parts = {}) : weights(std::move(parts)) {
    for (const auto& name : all)
      losses.push_back({name});
  }

  bool empty() const { return losses.empty(); }

  /// Of an output, counted from 0. Requires fitting numbers.
  const spec& loss_of(std::size_t output) const { return losses[losses.size() == 1 ? 0 : output]; }
  double weight_of(std::size_t output) const { return weights.empty() ? 1 : weights[output]; }

  bool operator==(const objective& other) const { return losses == other.losses && weights == other.weights; }
};

/// @throws key_failure of `loss` or `loss_weights`: an unknown loss or a key of one, a weight below 0, as many losses
/// or weights as no model has outputs
void check_objective(const objective& wanted);

} // namespace dk::nn
