#pragma once

#include "runtime/transport/gate.hpp"
#include "runtime/transport/messages.hpp"
#include "runtime/transport/stand_in.hpp"

#include <caf/stateful_actor.hpp>

namespace dk {

struct shard_gate_state : gate_state<server_actor> {
  static inline const char* name = "shard_gate";

  center first;
  bool is_first_known = true;
};

/// The gate of a shard. It also hands out what the session began with, until it is told to forget that.
/// @param first that center
shard_gate_actor::behavior_type shard_gate(shard_gate_actor::stateful_pointer<shard_gate_state> self,
                                           const server_actor& shard, const center& first);

struct remote_shard_state : stand_in_state<shard_gate_actor> {
  static inline const char* name = "remote_shard";
};

/// A shard of another process, as those of this one see it. @param gate the shard_gate in front of it
remote_shard_actor::behavior_type remote_shard(remote_shard_actor::stateful_pointer<remote_shard_state> self,
                                               const server_actor& gate, stand_in_terms terms);

} // namespace dk
