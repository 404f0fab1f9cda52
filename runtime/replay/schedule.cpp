#include "runtime/replay/schedule.hpp"

#include "actors/errors.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

using schedule_ptr = ledger_actor::stateful_pointer<schedule_state>;

template <class Message>
void tell_watchers(schedule_ptr self, const Message& message) {
  for (const auto& watcher : self->state.setup.watchers)
    caf::anon_send(watcher, message);
}

void end(schedule_ptr self, run_event::kind how, errc code, std::string text) {
  auto& my = self->state;
  if (my.ended)
    return;
  my.ended = true;
  tell_watchers(self, run_event{how, 0, code, std::move(text), ""});
}

void admit(schedule_ptr self, std::uint32_t worker, const caf::strong_actor_ptr& handle) {
  auto& my = self->state;
  const auto address = caf::actor_cast<caf::actor_addr>(handle);
  if (!my.members.emplace(worker, address).second)
    return;
  self->monitor(address);
  tell_watchers(self, run_event{run_event::kind::worker_joined, worker, errc::internal, "", ""});
}

void lose(schedule_ptr self, std::uint32_t worker, const caf::error& reason) {
  if (!reason)
    return tell_watchers(self, run_event{run_event::kind::worker_left, worker, errc::internal, "", ""});
  const auto why = to_failure(reason);
  end(self, run_event::kind::failed, why.code(),
      "worker " + std::to_string(worker) + " cannot do again what it did: " + why.what());
}

lease next_lease(schedule_ptr self, std::uint32_t worker) {
  auto& my = self->state;
  const auto found = my.setup.chunks.find(worker);
  auto& at = my.next[worker];
  if (found != my.setup.chunks.end() && at < found->second.size()) {
    const auto& chunk = found->second[at++];
    lease granted;
    granted.number = ++my.leases;
    granted.chunk = chunk.chunk;
    granted.rows = chunk.rows;
    granted.waited = chunk.waited;
    return granted;
  }
  my.left.insert(worker);
  if (my.left.size() == my.setup.workers)
    end(self, run_event::kind::finished, errc::internal, "the log is at its end");
  return {};
}

} // namespace

ledger_actor::behavior_type schedule(ledger_actor::stateful_pointer<schedule_state> self, schedule_setup setup) {
  self->state.setup = std::move(setup);
  end_on_exception(self);
  self->set_down_handler([=](const caf::down_msg& down) {
    for (const auto& [worker, address] : self->state.members)
      if (address == down.source)
        return lose(self, worker, down.reason);
  });
  return {
      [=](const work_request& request) {
        admit(self, request.worker, self->current_sender());
        return next_lease(self, request.worker);
      },
      [=](const chunk_report& done) {
        if (done.kind != verdict_kind::applied && done.kind != verdict_kind::duplicate)
          return;
        self->state.done_rows += done.rows;
        tell_watchers(self, done);
      },
      [=](caf::join_atom, std::uint32_t worker, const caf::strong_actor_ptr& handle) { admit(self, worker, handle); },
      [=](tally_atom) {
        const auto& my = self->state;
        return ledger_tally{my.setup.rows, my.done_rows, 0,
                            static_cast<std::uint32_t>(my.setup.workers - my.left.size()), !my.setup.whole};
      },
      [=](stop_atom) { end(self, run_event::kind::failed, errc::cancelled, "the replay was stopped"); },
      [=](check_atom) {},
      [=](watch_atom, const caf::actor& watcher) { self->state.setup.watchers.push_back(watcher); },
  };
}

} // namespace dk
