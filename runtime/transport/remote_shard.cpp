#include "runtime/transport/remote_shard.hpp"

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>

namespace dk {

remote_shard_actor::behavior_type remote_shard(remote_shard_actor::stateful_pointer<remote_shard_state> self,
                                               const server_actor& gate, stand_in_terms terms) {
  stand_in_for(self, caf::actor_cast<shard_gate_actor>(gate), std::move(terms));
  return {
      [=](const pull& from) { return carry<center_update>(self, from); },
      [=](const commit& from) { return carry<verdict>(self, from); },
      [=](newest_atom what) { return carry<center>(self, what); },
      [=](close_atom what, exact rate) { return self->delegate(self->state.gate, what, rate); },
      [=](have_atom what, chunk_id chunk) { return self->delegate(self->state.gate, what, chunk); },
      [=](fence_atom what, std::uint32_t worker, std::uint64_t lease) {
        self->send(self->state.gate, what, worker, lease);
      },
      [=](tally_atom what) { return self->delegate(self->state.gate, what); },
      [=](state_atom what) { return carry<shard_state>(self, what); },
      [=](first_atom what) { return carry<center>(self, what); },
      [=](watch_atom what, const caf::actor& watcher) { self->send(self->state.gate, what, watcher); },
  };
}

} // namespace dk
