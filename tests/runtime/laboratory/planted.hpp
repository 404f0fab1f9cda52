#pragma once

#include "actors/server/parameter_server.hpp"

#include <caf/fwd.hpp>
#include <functional>

namespace dk::test {

/// A bug of the kind that exactly-once training and staleness must not have.
enum class defect {
  none,
  no_duplicate_check,   ///< a chunk that comes again is folded in again
  bitmap_not_saved,     ///< a checkpoint has the weights, but not which chunks they hold
  staleness_off_by_one, ///< counted from the version before the base
  tail_not_committed,   ///< a short last chunk is acknowledged and thrown away
};

/// Spawns a parameter server with this defect.
std::function<server_actor(caf::actor_system&, const server_setup&)> server_with(defect what);

} // namespace dk::test
