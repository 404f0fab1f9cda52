#pragma once

#include "runtime/transport/gate.hpp"
#include "runtime/transport/messages.hpp"
#include "runtime/transport/stand_in.hpp"

#include <caf/stateful_actor.hpp>

namespace dk {

struct shard_gate_state : gate_state<server_actor> {
  static inline const char* name = "shard_gate";
};

/// The gate of a shard. @param weights of the shard
shard_gate_actor::behavior_type shard_gate(shard_gate_actor::stateful_pointer<shard_gate_state> self,
                                           const server_actor& shard, std::uint64_t weights);

struct remote_shard_state : stand_in_state<shard_gate_actor> {
  static inline const char* name = "remote_shard";
};

/// A shard of another process, as those of this one see it. @param gate the shard_gate in front of it
server_actor::behavior_type remote_shard(server_actor::stateful_pointer<remote_shard_state> self,
                                         const server_actor& gate, stand_in_terms terms);

} // namespace dk
