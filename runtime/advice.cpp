#include "runtime/advice.hpp"

#include "algorithms/catalog.hpp"
#include "runtime/enlist.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dk {

namespace {

// The center takes in what every worker has moved meanwhile; beyond so many batches the runs collapsed.
constexpr std::size_t most_batches_of_downpour = 100;

// With n workers of strength alpha the center moves by n alpha of their mean distance, when all pull before any
// commits: twice is where it stops to come closer. With long windows few pull at the same time, and twenty workers of
// 0.5 still converged with windows from 20 on.
double most_pull(const trainer_config& trainer, bool rounds) {
  return rounds ? 2.0 : std::max(2.0, static_cast<double>(trainer.communication_window) / 2);
}

} // namespace

std::vector<std::string> advice_on(const job& which) {
  const auto& trainer = which.trainer;
  const auto& [name, keys] = trainer.algorithm;
  std::vector<std::string> lines;
  if (trainer.workers < 2 || policy_of(which).kind != policy_kind::accept)
    return lines; // a policy tames what is stale
  const auto batches = trainer.workers * trainer.communication_window;
  if (name == "downpour" && batches > most_batches_of_downpour)
    lines.push_back(
        fmt::format("downpour may diverge: {} workers of window {} move the center by {} batches that none "
                    "of them knows of the others, and beyond {} runs collapsed (docs/experiments.md); lower "
                    "workers or communication_window, or take adag",
                    trainer.workers, trainer.communication_window, batches, most_batches_of_downpour));
  if (keys.contains("rho") && keys.contains("learning_rate")) {
    const auto pull =
        static_cast<double>(trainer.workers) * keys.at("rho").get<double>() * keys.at("learning_rate").get<double>();
    const bool rounds = barrier_of(*find_algorithm(name)) != barrier::none;
    if (pull > most_pull(trainer, rounds) + 1e-9)
      lines.push_back(
          fmt::format("{} may diverge: workers x rho x learning_rate = {:.3g} is above {:.3g}, where runs "
                      "still converged (docs/experiments.md); {}",
                      name, pull, most_pull(trainer, rounds),
                      rounds ? "lower rho" : "lower rho, lengthen communication_window, or take policy = \"scale\""));
  }
  return lines;
}

} // namespace dk
