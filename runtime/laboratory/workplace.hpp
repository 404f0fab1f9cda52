#pragma once

#include "runtime/enlist/cluster.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>
#include <vector>

namespace dk {

/// What the workers of a run in the laboratory have in common.
struct workshop {
  const job& which;
  std::vector<worker_part> parts; ///< of each worker
  std::vector<shard_link> shards; ///< as the workers reach them: through a network
  std::vector<double> slowness;   ///< of each worker
};

/// A worker of the laboratory, with what belongs to it alone.
struct workplace {
  worker_actor worker;
  caf::actor desk;
  loader_actor loader;
};

/// Spawns a worker and lets the ledger watch over it.
/// @param start how often this worker has been started before
/// @param shards what it starts from
workplace place_worker(caf::actor_system& system, const workshop& shop, std::uint32_t worker, std::uint32_t start,
                       std::vector<shard_link> shards);

/// Ends the worker with this reason, and the rest with it.
void clear(const workplace& place, const caf::error& reason);

} // namespace dk
