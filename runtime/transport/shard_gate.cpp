#include "actors/protocol/errors.hpp"
#include "runtime/transport/remote_shard.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

using gate_ptr = shard_gate_actor::stateful_pointer<shard_gate_state>;

} // namespace

shard_gate_actor::behavior_type shard_gate(gate_ptr self, const server_actor& shard, const center& first) {
  constexpr std::uint64_t most_per_weight = 8; // bytes, in any form
  open_gate(self, shard, first.weights.size() * most_per_weight + 4096);
  self->state.first = first;
  return {
      [=](const pull& from) { return self->delegate(self->state.behind, from); },
      [=](const commit& from) { return self->delegate(self->state.behind, from); },
      [=](newest_atom what) { return self->delegate(self->state.behind, what); },
      [=](close_atom what, exact rate) { return self->delegate(self->state.behind, what, rate); },
      [=](have_atom what, chunk_id chunk) { return self->delegate(self->state.behind, what, chunk); },
      [=](fence_atom what, std::uint32_t worker, std::uint64_t lease) {
        self->send(self->state.behind, what, worker, lease);
      },
      [=](tally_atom what) { return self->delegate(self->state.behind, what); },
      [=](state_atom what) { return self->delegate(self->state.behind, what); },
      [=](watch_atom what, const caf::actor& watcher) { self->send(self->state.behind, what, watcher); },
      [=](const piece& some) {
        return answer([&] {
          self->state.goods.put(asker_of(self), some);
          return true;
        });
      },
      [=](const piece_request& wanted) {
        return answer([&] { return self->state.goods.give(asker_of(self), wanted); });
      },
      [=](const pull& from, const manifest&) { return ask_behind<center_update>(self, from); },
      [=](const commit& from, const manifest& goods) {
        return answer([&] {
          auto whole = from;
          load(whole, self->state.goods.take(asker_of(self), goods));
          return ask_behind<verdict>(self, whole);
        });
      },
      [=](newest_atom what, const manifest&) { return ask_behind<center>(self, what); },
      [=](state_atom what, const manifest&) { return ask_behind<shard_state>(self, what); },
      [=](first_atom, const manifest&) -> caf::result<center, manifest> {
        auto& my = self->state;
        if (!my.is_first_known)
          return make_error(errc::nodes, "the run has begun; its first center is no longer here");
        auto answer = my.first;
        const auto goods = unload(answer);
        return {std::move(answer), my.goods.keep(asker_of(self), goods)};
      },
      [=](forget_atom) {
        self->state.first = {};
        self->state.is_first_known = false;
      },
  };
}

} // namespace dk
