#include "nn/objective.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"

#include <cmath>

namespace dk::nn {

void check_objective(const objective& wanted) {
  if (wanted.losses.empty())
    throw failure{errc::config, "no loss is named"};
  for (const auto& loss : wanted.losses)
    check_loss(loss);
  for (const auto weight : wanted.weights)
    if (!(weight >= 0) || std::isinf(weight))
      throw failure{errc::config,
                    "a loss cannot count " + std::to_string(weight) + " times; give a number of at least 0"};
  if (wanted.losses.size() > 1 && !wanted.weights.empty() && wanted.losses.size() != wanted.weights.size())
    throw failure{errc::config, "there are " + std::to_string(wanted.losses.size()) + " losses, but " +
                                    std::to_string(wanted.weights.size()) + " loss_weights"};
}

} // namespace dk::nn
