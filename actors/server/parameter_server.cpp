#include "actors/server/parameter_server.hpp"

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

using server_ptr = server_actor::stateful_pointer<server_state>;

void tell_watchers(server_ptr self, commit_record record) {
  auto& my = self->state;
  record.seconds = std::chrono::duration<double>(self->clock().now() - my.started).count();
  for (const auto& watcher : my.watchers)
    caf::anon_send(watcher, record);
}

verdict settle(server_ptr self, const commit& from) {
  auto& my = self->state;
  auto answer = my.slice->judge(from);
  const auto& setup = my.slice->setup();
  const bool kept_for_later = answer.kind == verdict_kind::applied && setup.rule.barrier != barrier::none;
  if (!kept_for_later)
    tell_watchers(self, {{},
                         setup.shard,
                         from.worker,
                         from.chunk,
                         from.rows,
                         from.base,
                         answer.version,
                         answer.staleness,
                         answer.kind,
                         answer.scale,
                         answer.reason,
                         from.after,
                         my.slice->lengths(),
                         from.rate,
                         from.delta.packed().bytes()});
  if (my.gate)
    my.gate->leave(from.worker, from.lease);
  return answer;
}

bool must_wait(const server_state& my, const commit& from) {
  return my.gate && my.slice->would_fold(from) && !my.gate->may_fold(from.worker, my.slice->now().version);
}

bool must_wait(const server_state& my, const pull& from) {
  return my.gate && !my.gate->has_room(from.worker);
}

center_update give(server_state& my, const pull& to) {
  if (my.gate)
    my.gate->enter(to.worker, to.lease, my.slice->now().version);
  return my.slice->give({to.worker, to.lease, to.base});
}

// Answers those whose time has come. Commits first: each that is folded in makes room.
void serve_waiting(server_ptr self) {
  auto& my = self->state;
  for (auto one = my.commits.begin(); one != my.commits.end();) {
    if (must_wait(my, one->what)) {
      ++one;
      continue;
    }
    one->answer.deliver(settle(self, one->what));
    my.commits.erase(one);
    one = my.commits.begin(); // it may have been what an earlier one waits for
  }
  while (!my.pulls.empty() && !must_wait(my, my.pulls.front().what)) {
    my.pulls.front().answer.deliver(give(my, my.pulls.front().what));
    my.pulls.pop_front();
  }
}

// A worker whose leases are over keeps nobody waiting, and waits for nothing: what it commits will be fenced.
void let_go(server_state& my, std::uint32_t worker, std::uint64_t lease) {
  if (my.gate)
    my.gate->leave(worker, lease);
  for (auto one = my.pulls.begin(); one != my.pulls.end();) {
    if (one->what.worker != worker || one->what.lease > lease) {
      ++one;
      continue;
    }
    one->answer.deliver(my.slice->give({worker, one->what.lease, one->what.base}));
    one = my.pulls.erase(one);
  }
}

} // namespace

server_actor::behavior_type parameter_server(server_actor::stateful_pointer<server_state> self, server_setup setup) {
  auto& my = self->state;
  my.watchers = std::move(setup.watchers);
  if (setup.policy.kind == policy_kind::wait)
    my.gate.emplace(setup.policy.max_staleness);
  my.slice.emplace(static_cast<shard_setup&&>(std::move(setup)));
  my.started = self->clock().now();
  end_on_exception(self);
  return {
      [=](const pull& from) -> caf::result<center_update> {
        auto& state = self->state;
        if (!must_wait(state, from))
          return give(state, from);
        state.pulls.push_back({from, self->make_response_promise<center_update>()});
        return state.pulls.back().answer;
      },
      [=](const commit& from) -> caf::result<verdict> {
        auto& state = self->state;
        if (must_wait(state, from)) {
          state.commits.push_back({from, self->make_response_promise<verdict>()});
          return state.commits.back().answer;
        }
        auto answer = settle(self, from);
        serve_waiting(self);
        return answer;
      },
      [=](newest_atom) { return self->state.slice->now(); },
      [=](close_atom, exact rate) {
        for (auto& record : self->state.slice->close_round(rate))
          tell_watchers(self, std::move(record));
        return self->state.slice->now().version;
      },
      [=](have_atom, chunk_id chunk) { return self->state.slice->has(chunk); },
      [=](fence_atom, std::uint32_t worker, std::uint64_t lease) {
        self->state.slice->fence(worker, lease);
        let_go(self->state, worker, lease);
        serve_waiting(self);
      },
      [=](tally_atom) { return self->state.slice->tally(); },
      [=](state_atom) { return self->state.slice->state(); },
      [=](watch_atom, const caf::actor& watcher) { self->state.watchers.push_back(watcher); },
  };
}

} // namespace dk
