#pragma once

#include "common/endpoint.hpp"
#include "runtime/enlist/node_messages.hpp"

#include <caf/stateful_actor.hpp>
#include <chrono>

namespace dk {

struct membership_setup {
  endpoint other;                           ///< the node to join
  endpoint mine;                            ///< where drivers reach this one
  caf::actor supervisor;                    ///< of this node
  std::chrono::milliseconds deadline{5000}; ///< for each answer
  std::chrono::milliseconds pause{2000};    ///< before it is tried again
  int tries = 4; ///< before the first join is given up: both nodes may have been started at once
};

struct membership_state {
  static inline const char* name = "membership";

  membership_setup setup;
  bool joined_once = false;
  caf::typed_response_promise<node_info> waiting; // of the first join, between two tries
};

/// Keeps a node joined to another: joins when it is asked to, and tries again for as long as it lives when the other
/// one has left; ends with its own supervisor. The answer comes when it has joined, or when the first tries were in
/// vain.
using membership_actor = caf::typed_actor<caf::replies_to<caf::connect_atom>::with<node_info>>;

membership_actor::behavior_type membership(membership_actor::stateful_pointer<membership_state> self,
                                           membership_setup setup);

} // namespace dk
