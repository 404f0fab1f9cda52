#include "runtime/run/advice.hpp"

#include "algorithms/catalog.hpp"
#include "runtime/config/job_rules.hpp"

namespace dk {

std::string advice_on(const job& which) {
  const auto& trainer = which.trainer;
  const auto& rule = *trainer.algorithm;
  const bool is_tamed = policy_of(which).kind != policy_kind::accept; // a policy scales or refuses what is stale
  if (!rule.warning || trainer.workers < 2 || is_tamed || which.laboratory.dry)
    return "";
  const auto why = rule.warning(trainer.algorithm.keys, {trainer.workers, trainer.communication_window});
  return why.empty() ? "" : rule.name + " may diverge: " + why;
}

} // namespace dk
