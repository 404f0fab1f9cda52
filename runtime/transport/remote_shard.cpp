#include "runtime/transport/remote_shard.hpp"

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

using remote_ptr = remote_shard_actor::stateful_pointer<remote_shard_state>;

template <class Question>
std::vector<cargo> unload_question(Question&) {
  return {};
}

std::vector<cargo> unload_question(commit& question) {
  return unload(question);
}

// The question in pieces, the answer in pieces.
template <class Answer, class Question>
caf::result<Answer> carry(remote_ptr self, Question question) {
  auto promise = self->make_response_promise<Answer>();
  auto goods = unload_question(question);
  auto& my = self->state;
  const auto failed = [=](const caf::error& why) mutable { promise.deliver(why); };
  const auto answered = [=](Answer answer, const manifest& list) {
    fetch_cargo(
        self, self->state.gate, list, self->state.terms.freight,
        [=, answer = std::move(answer)](const std::vector<cargo>& all) mutable {
          load(answer, all);
          promise.deliver(std::move(answer));
        },
        failed);
  };
  const auto ask = [=, question = std::move(question)](const manifest& list) {
    self->request(self->state.gate, self->state.terms.deadline, question, list)
        .then([=](Answer& answer, const manifest& with) { answered(std::move(answer), with); }, failed);
  };
  send_cargo(self, my.gate, std::move(goods), my.next, my.terms.freight, ask, failed);
  return promise;
}

} // namespace

remote_shard_actor::behavior_type remote_shard(remote_ptr self, const server_actor& gate, remote_shard_terms terms) {
  auto& my = self->state;
  my.gate = caf::actor_cast<shard_gate_actor>(gate);
  my.terms = std::move(terms);
  end_on_exception(self);
  self->monitor(my.gate);
  self->monitor(my.terms.owner);
  self->set_down_handler([=](const caf::down_msg& down) {
    if (down.source == self->state.terms.owner)
      return self->quit();
    self->quit(down.reason ? down.reason : caf::error{caf::exit_reason::remote_link_unreachable});
  });
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
