#include "runtime/config/job_rules.hpp"

#include "algorithms/catalog.hpp"
#include "common/error.hpp"

namespace dk {

bool has_center(const job& which) {
  return which.trainer.algorithm->has_server();
}

bool is_ensemble(const job& which) {
  return static_cast<bool>(which.trainer.algorithm->share);
}

std::size_t models_of(const job& which) {
  return has_center(which) ? 1 : which.trainer.workers;
}

staleness_policy policy_of(const job& which) {
  const auto& trainer = which.trainer;
  const auto kind = trainer.policy.empty() ? trainer.algorithm->policy : find_policy(trainer.policy);
  if (!kind)
    throw failure{errc::config, "unknown policy " + trainer.policy};
  return {*kind, trainer.max_staleness};
}

spec own_optimizer_of(const job& which) {
  const auto& algorithm = which.trainer.algorithm;
  return algorithm->own_optimizer ? algorithm->own_optimizer(algorithm.keys) : which.trainer.optimizer;
}

bool keeps_workers(const job& which) {
  const bool in_step = barrier_of(*which.trainer.algorithm) == barrier::none && !which.trainer.overlap &&
                       which.trainer.compress.none() && which.trainer.workers == 1;
  return !has_center(which) || in_step;
}

chunk_grid grid_of(const job& which, std::size_t rows) {
  return {rows, which.trainer.batch_size * which.trainer.communication_window,
          static_cast<std::uint32_t>(which.trainer.epochs)};
}

bool serves_on_nodes(const job& which) {
  const auto& cluster = which.cluster;
  return has_center(which) && !cluster.nodes.empty() && !(cluster.servers && cluster.servers->in_driver);
}

std::vector<std::size_t> shard_offsets(std::size_t weights, std::size_t servers) {
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i <= servers; ++i)
    offsets.push_back(weights * i / servers);
  return offsets;
}

} // namespace dk
