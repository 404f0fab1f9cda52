#include "nn/objective.hpp"

#include "common/keys.hpp"
#include "nn/catalog.hpp"

#include <cmath>

namespace dk::nn {

void check_objective(const objective& wanted) {
  if (wanted.losses.empty())
    throw key_failure{"no loss is named", "loss"};
  for (std::size_t i = 0; i < wanted.losses.size(); ++i)
    check_within(wanted.losses.size() == 1 ? "loss" : join_path("loss", std::to_string(i)),
                 [&] { check_loss(wanted.losses[i]); });
  for (const auto weight : wanted.weights)
    if (!(weight >= 0) || std::isinf(weight))
      throw key_failure{"a loss cannot count " + std::to_string(weight) + " times; give a number of at least 0",
                        "loss_weights"};
  if (wanted.losses.size() > 1 && !wanted.weights.empty() && wanted.losses.size() != wanted.weights.size())
    throw key_failure{"there are " + std::to_string(wanted.losses.size()) + " losses, but " +
                          std::to_string(wanted.weights.size()) + " loss_weights",
                      "loss_weights"};
}

} // namespace dk::nn
