#include "runtime/replay/sequencer.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/record/commit_format.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <limits>

namespace dk {

namespace {

using sequencer_ptr = server_actor::stateful_pointer<sequencer_state>;

void end(sequencer_ptr self, const failure& why) {
  for (const auto& watcher : self->state.setup.watchers)
    caf::anon_send(watcher, run_event{run_event::kind::failed, 0, why.code(), why.what(), ""});
  self->quit(make_error(why.code(), why.what()));
}

// What a commit does wrong where the log says that it did nothing: a NaN is refused under every rule.
delta refusable(std::size_t size) {
  block_writer numbers{size};
  std::fill_n(numbers.data(), size, std::numeric_limits<float>::quiet_NaN());
  return std::move(numbers).done();
}

void pull_for(sequencer_ptr self, const script_step& step) {
  auto& my = self->state;
  auto& before = my.lanes[step.worker];
  self->request(my.setup.server, caf::infinite, pull{step.worker, before.lease, before.has})
      .then(
          [=](const center_update& newest) {
            auto& lane = self->state.lanes[step.worker];
            if (lane.waiting.empty())
              return lane.pulled.push_back(newest);
            lane.waiting.front().deliver(newest);
            lane.waiting.pop_front();
          },
          [=](const caf::error& why) { end(self, to_failure(why)); });
  before.has = step.version;
}

// @return why this verdict is not the one of the script; "" when it is
std::string difference(const script_step& step, const verdict& answer) {
  if (answer.kind == step.verdict && answer.version == step.version)
    return "";
  return "the replay differs from the log: " + std::string{name_of(answer.kind)} +
         (answer.reason.empty() ? "" : " (" + answer.reason + ")") + " at version " + std::to_string(answer.version) +
         " instead of " + name_of(step.verdict) + " at version " + std::to_string(step.version);
}

void forward(sequencer_ptr self, const script_step& step, sequencer_state::held_commit&& held) {
  auto& my = self->state;
  auto what = std::move(held.what);
  if (step.verdict == verdict_kind::fenced)
    self->send(my.setup.server, fence_atom_v, what.worker, what.lease);
  if (step.verdict == verdict_kind::rejected && !my.setup.same_rule)
    what.delta = refusable(what.delta.size());
  auto& lane = my.lanes[step.worker];
  lane.lease = what.lease;
  lane.has = what.wants_center ? step.version : what.base;
  self->request(my.setup.server, caf::infinite, std::move(what))
      .then(
          [=, answer_to = std::move(held.answer)](verdict& answer) mutable {
            const auto& setup = self->state.setup;
            if (const auto text = difference(step, answer); !text.empty())
              return end(self, {answer.kind == verdict_kind::rejected ? errc::diverged : errc::checkpoint,
                                setup.origin + ":" + std::to_string(step.line) + ": shard " +
                                    std::to_string(setup.shard) + ": " + text});
            answer_to.deliver(std::move(answer));
          },
          [=](const caf::error& why) { end(self, to_failure(why)); });
}

// Remembers the center of this moment, if it is the one to be kept.
void keep_if_due(sequencer_ptr self) {
  auto& my = self->state;
  if (!my.setup.kept)
    return;
  self->request(my.setup.server, caf::infinite, newest_atom_v)
      .then(
          [=](const center& newest) {
            if (newest.version == self->state.setup.kept)
              self->state.kept = newest;
          },
          [=](const caf::error& why) { end(self, to_failure(why)); });
}

// Does what the script has next, as far as it can be done now.
void go_on(sequencer_ptr self) {
  auto& my = self->state;
  for (; my.at < my.setup.script.size(); ++my.at) {
    const auto& step = my.setup.script[my.at];
    if (step.what == script_step::kind::pull) {
      pull_for(self, step);
      continue;
    }
    auto& lane = my.lanes[step.worker];
    if (lane.held.empty())
      return;
    auto held = std::move(lane.held.front());
    lane.held.pop_front();
    --lane.commits;
    forward(self, step, std::move(held));
    if (step.version == my.setup.kept)
      keep_if_due(self);
  }
}

// The shard's own state where the run ended; where it was resumed, with the center that was kept.
caf::result<shard_state> state_of_next_start(sequencer_ptr self) {
  const auto& setup = self->state.setup;
  if (!setup.kept)
    return self->delegate(setup.server, state_atom_v);
  auto promise = self->make_response_promise<shard_state>();
  self->request(setup.server, caf::infinite, state_atom_v)
      .then(
          [=](shard_state& state) mutable {
            state.version = self->state.kept.version;
            state.weights = self->state.kept.weights;
            promise.deliver(std::move(state));
          },
          [=](const caf::error& why) mutable { promise.deliver(why); });
  return promise;
}

caf::result<center_update> answer_pull(sequencer_ptr self, const pull& from) {
  auto& my = self->state;
  if (my.setup.rounds)
    return self->delegate(my.setup.server, from);
  auto& lane = my.lanes[from.worker];
  if (lane.pulled.empty()) {
    lane.waiting.push_back(self->make_response_promise<center_update>());
    return lane.waiting.back();
  }
  auto newest = std::move(lane.pulled.front());
  lane.pulled.pop_front();
  return newest;
}

caf::result<verdict> answer_commit(sequencer_ptr self, const commit& from) {
  auto& my = self->state;
  auto& lane = my.lanes[from.worker];
  if (lane.held.size() == lane.commits) {                               // it never came here: its worker was lost
    self->send(my.setup.server, fence_atom_v, from.worker, from.lease); // nobody shall wait for it
    verdict answer;
    answer.kind = verdict_kind::fenced;
    answer.newest = {center_update::kind::whole, my.setup.start.version, 0, my.setup.start.weights, {}};
    return answer;
  }
  lane.held.push_back({from, self->make_response_promise<verdict>()});
  const auto promise = lane.held.back().answer;
  go_on(self);
  return promise;
}

} // namespace

server_actor::behavior_type sequencer(server_actor::stateful_pointer<sequencer_state> self, sequencer_setup setup) {
  auto& my = self->state;
  my.setup = std::move(setup);
  for (const auto& step : my.setup.script)
    if (step.what == script_step::kind::commit)
      ++my.lanes[step.worker].commits;
  for (const auto& step : my.setup.script)
    my.lanes[step.worker].has = my.setup.start.version;
  end_on_exception(self);
  self->attach_functor([server = my.setup.server] { caf::anon_send_exit(server, caf::exit_reason::user_shutdown); });
  keep_if_due(self);
  go_on(self);
  return {
      [=](const pull& from) { return answer_pull(self, from); },
      [=](const commit& from) { return answer_commit(self, from); },
      [=](newest_atom) { return self->delegate(self->state.setup.server, newest_atom_v); },
      [=](close_atom, exact rate) {
        const auto promise = self->delegate(self->state.setup.server, close_atom_v, rate);
        keep_if_due(self);
        return promise;
      },
      [=](have_atom, chunk_id chunk) { return self->delegate(self->state.setup.server, have_atom_v, chunk); },
      [=](fence_atom, std::uint32_t worker, std::uint64_t lease) {
        self->send(self->state.setup.server, fence_atom_v, worker, lease);
      },
      [=](tally_atom) { return self->delegate(self->state.setup.server, tally_atom_v); },
      [=](state_atom) { return state_of_next_start(self); },
      [=](watch_atom, const caf::actor& watcher) { self->send(self->state.setup.server, watch_atom_v, watcher); },
  };
}

} // namespace dk
