#pragma once

#include "runtime/transport/freight.hpp"
#include "runtime/transport/messages.hpp"
#include "runtime/transport/warehouse.hpp"

#include <caf/stateful_actor.hpp>
#include <set>

namespace dk {

struct shard_gate_state {
  static inline const char* name = "shard_gate";

  server_actor shard;
  center first;
  bool is_first_known = true;
  warehouse goods;
  std::set<caf::actor_addr> known; // who has goods here, or had some

  shard_gate_state() : goods(0) {}
};

/// Stands in front of a shard for those in other processes: takes what is large from them in pieces, and hands it out
/// likewise; also what the session began with, until it is told to forget that. Ends with the shard, and the shard with
/// it. @param first that center
shard_gate_actor::behavior_type shard_gate(shard_gate_actor::stateful_pointer<shard_gate_state> self,
                                           const server_actor& shard, const center& first);

struct remote_shard_terms {
  caf::actor_addr owner; ///< it ends with this one
  freight_terms freight;
  caf::duration deadline; ///< for an answer without its cargo
};

struct remote_shard_state {
  static inline const char* name = "remote_shard";

  shard_gate_actor gate;
  remote_shard_terms terms;
  std::uint64_t next = 1;
};

/// A shard of another process, as those of this one see it. @param gate the shard_gate in front of it; when that ends,
/// this ends for the same reason
remote_shard_actor::behavior_type remote_shard(remote_shard_actor::stateful_pointer<remote_shard_state> self,
                                               const server_actor& gate, remote_shard_terms terms);

} // namespace dk
