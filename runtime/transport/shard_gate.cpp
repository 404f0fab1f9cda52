#include "actors/protocol/errors.hpp"
#include "runtime/transport/remote_shard.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

using gate_ptr = shard_gate_actor::stateful_pointer<shard_gate_state>;

caf::actor_addr asker_of(gate_ptr self) {
  auto who = caf::actor_cast<caf::actor_addr>(self->current_sender());
  if (self->state.known.insert(who).second)
    self->monitor(who);
  return who;
}

// Asks the shard, and keeps what is large in its answer until it is fetched.
template <class Answer, class... Question>
caf::result<Answer, manifest> ask_shard(gate_ptr self, const Question&... question) {
  const auto asker = asker_of(self);
  auto promise = self->make_response_promise<Answer, manifest>();
  self->request(self->state.shard, caf::infinite, question...)
      .then(
          [=](Answer& answer) mutable {
            const auto goods = unload(answer);
            promise.deliver(std::move(answer), self->state.goods.keep(asker, goods));
          },
          [=](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

} // namespace

shard_gate_actor::behavior_type shard_gate(gate_ptr self, const server_actor& shard, const center& first) {
  self->state.shard = shard;
  self->state.first = first;
  constexpr std::uint64_t most_per_weight = 8; // bytes, in any form
  self->state.goods = warehouse{first.weights.size() * most_per_weight + 4096};
  self->link_to(shard);
  self->set_down_handler([=](const caf::down_msg& down) {
    self->state.known.erase(down.source);
    self->state.goods.forget(down.source);
  });
  return {
      [=](const pull& from) { return self->delegate(self->state.shard, from); },
      [=](const commit& from) { return self->delegate(self->state.shard, from); },
      [=](newest_atom what) { return self->delegate(self->state.shard, what); },
      [=](close_atom what, exact rate) { return self->delegate(self->state.shard, what, rate); },
      [=](have_atom what, chunk_id chunk) { return self->delegate(self->state.shard, what, chunk); },
      [=](fence_atom what, std::uint32_t worker, std::uint64_t lease) {
        self->send(self->state.shard, what, worker, lease);
      },
      [=](tally_atom what) { return self->delegate(self->state.shard, what); },
      [=](state_atom what) { return self->delegate(self->state.shard, what); },
      [=](watch_atom what, const caf::actor& watcher) { self->send(self->state.shard, what, watcher); },
      [=](const piece& some) {
        return answer([&] {
          self->state.goods.put(asker_of(self), some);
          return true;
        });
      },
      [=](const piece_request& wanted) {
        return answer([&] { return self->state.goods.give(asker_of(self), wanted); });
      },
      [=](const pull& from, const manifest&) { return ask_shard<center_update>(self, from); },
      [=](const commit& from, const manifest& goods) {
        return answer([&] {
          auto whole = from;
          load(whole, self->state.goods.take(asker_of(self), goods));
          return ask_shard<verdict>(self, whole);
        });
      },
      [=](newest_atom what, const manifest&) { return ask_shard<center>(self, what); },
      [=](state_atom what, const manifest&) { return ask_shard<shard_state>(self, what); },
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
