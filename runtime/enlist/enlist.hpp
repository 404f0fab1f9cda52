#pragma once

#include "actors/worker/worker.hpp"
#include "runtime/config/job_rules.hpp"

namespace dk {

/// What a worker must be told besides the job, wherever it runs.
struct enlist_terms {
  std::uint32_t worker = 0;
  std::uint32_t session = 0;
  std::size_t label_width = 1;
  ledger_actor ledger;
  loader_actor loader;
  std::vector<shard_link> shards;
  block frozen;          ///< what its frozen layers hold; empty where there are none
  block alone_start;     ///< where a worker without shards starts from
  replica_state resumed; ///< what it goes on from; without weights: it is fresh
};

/// How long who is in another process has for an answer.
caf::duration request_timeout_of(const job& which);

/// A worker of this job: the model, the optimizer and the algorithm's rule that the config names.
/// @throws failure (config, shape)
worker_setup make_worker_setup(const job& which, enlist_terms terms);

} // namespace dk
