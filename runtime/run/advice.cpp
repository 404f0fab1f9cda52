#include "runtime/run/advice.hpp"

#include "algorithms/catalog.hpp"
#include "runtime/config/job_rules.hpp"

#include <algorithm>

namespace dk {

namespace {

std::string advice_on_algorithm(const job& which) {
  const auto& trainer = which.trainer;
  const auto& rule = *trainer.algorithm;
  const bool is_tamed = policy_of(which).kind != policy_kind::accept; // a policy scales or refuses what is stale
  if (!rule.warning || trainer.workers < 2 || is_tamed || which.laboratory.dry)
    return "";
  const auto why = rule.warning(trainer.algorithm.keys, {trainer.workers, trainer.communication_window});
  return why.empty() ? "" : rule.name + " may diverge: " + why;
}

std::string advice_on_rows(const job& which) {
  return which.data.where == "nodes" && which.cluster.nodes.empty()
             ? "data.where = \"nodes\" has no effect without nodes: the rows are read here"
             : "";
}

} // namespace

std::vector<std::string> advice_on(const job& which) {
  std::vector<std::string> all{advice_on_algorithm(which), advice_on_rows(which)};
  all.erase(std::remove(all.begin(), all.end(), ""), all.end());
  return all;
}

} // namespace dk
