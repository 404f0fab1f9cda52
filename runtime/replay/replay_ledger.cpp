#include "runtime/replay/replay_ledger.hpp"

#include "actors/protocol/countdown.hpp"
#include "actors/protocol/errors.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <memory>
#include <optional>

namespace dk {

namespace {

using replay_ledger_ptr = ledger_actor::stateful_pointer<replay_ledger_state>;

template <class Message>
void tell_watchers(replay_ledger_ptr self, const Message& message) {
  for (const auto& watcher : self->state.setup.watchers)
    caf::anon_send(watcher, message);
}

void end(replay_ledger_ptr self, run_event::kind how, errc code, std::string text) {
  auto& my = self->state;
  if (my.ended)
    return;
  my.ended = true;
  tell_watchers(self, run_event{how, 0, code, std::move(text), ""});
}

void admit(replay_ledger_ptr self, std::uint32_t worker, const caf::strong_actor_ptr& handle) {
  auto& my = self->state;
  const auto address = caf::actor_cast<caf::actor_addr>(handle);
  if (!my.workers.emplace(worker, address).second)
    return;
  self->monitor(address);
  tell_watchers(self, run_event{run_event::kind::worker_joined, worker, errc::internal, "", ""});
}

void lose(replay_ledger_ptr self, std::uint32_t worker, const caf::error& reason) {
  if (!reason)
    return tell_watchers(self, run_event{run_event::kind::worker_left, worker, errc::internal, "", ""});
  const auto why = to_failure(reason);
  end(self, run_event::kind::failed, why.code(),
      "worker " + std::to_string(worker) + " cannot repeat what it did: " + why.what());
}

// The next chunk of the worker; nullptr behind its last.
const planned_chunk* next_of(const replay_ledger_state& my, std::uint32_t worker) {
  const auto found = my.setup.chunks.find(worker);
  const auto at = my.next.find(worker);
  const auto done = at == my.next.end() ? 0 : at->second;
  return found == my.setup.chunks.end() || done == found->second.size() ? nullptr : &found->second[done];
}

lease grant(replay_ledger_state& my, std::uint32_t worker, const planned_chunk& chunk) {
  ++my.next[worker];
  lease granted;
  granted.number = ++my.leases;
  granted.chunk = chunk.chunk;
  granted.rows = chunk.rows;
  granted.waited = chunk.waited;
  granted.round = my.setup.servers.empty() ? 0 : my.round + 1;
  granted.rate = chunk.rate;
  return granted;
}

void check_for_the_end(replay_ledger_ptr self) {
  auto& my = self->state;
  if (my.left.size() == my.setup.workers && my.round == my.missing.size())
    end(self, run_event::kind::finished, errc::internal, "the log is at its end");
}

// Nothing where the worker's next chunk is of a later round.
std::optional<lease> serve(replay_ledger_ptr self, std::uint32_t worker) {
  auto& my = self->state;
  if (const auto* chunk = next_of(my, worker))
    return chunk->round > my.round ? std::optional<lease>{} : grant(my, worker, *chunk);
  my.left.insert(worker);
  check_for_the_end(self);
  return lease{};
}

void begin_round(replay_ledger_ptr self) {
  ++self->state.round;
  const auto waiting = std::move(self->state.parked);
  self->state.parked.clear();
  for (auto [worker, promise] : waiting) {
    if (auto next = serve(self, worker))
      promise.deliver(*next);
    else
      self->state.parked.emplace(worker, promise);
  }
  check_for_the_end(self);
}

// The learning rate at which a round was closed: that of its chunks.
double rate_of(const replay_ledger_state& my, std::size_t round) {
  for (const auto& [worker, chunks] : my.setup.chunks)
    for (const auto& chunk : chunks)
      if (chunk.round == round)
        return chunk.rate;
  return 1;
}

void close_round(replay_ledger_ptr self) {
  auto& my = self->state;
  close_round_at(
      self, my.setup.servers, caf::infinite, rate_of(my, my.round), [=] { begin_round(self); },
      [=](const caf::error& why) {
        end(self, run_event::kind::failed, to_failure(why).code(), to_failure(why).what());
      });
}

void count_rounds(replay_ledger_state& my) {
  if (my.setup.servers.empty())
    return;
  for (const auto& [worker, chunks] : my.setup.chunks)
    for (const auto& chunk : chunks) {
      my.missing.resize(std::max(my.missing.size(), chunk.round + 1));
      ++my.missing[chunk.round];
    }
}

} // namespace

ledger_actor::behavior_type replay_ledger(ledger_actor::stateful_pointer<replay_ledger_state> self,
                                          replay_ledger_setup setup) {
  self->state.setup = std::move(setup);
  count_rounds(self->state);
  end_on_exception(self);
  self->set_down_handler([=](const caf::down_msg& down) {
    for (const auto& [worker, address] : self->state.workers)
      if (address == down.source)
        return lose(self, worker, down.reason);
  });
  return {
      [=](const work_request& request) -> caf::result<lease> {
        admit(self, request.worker, self->current_sender());
        if (const auto next = serve(self, request.worker))
          return *next;
        return self->state.parked[request.worker] = self->make_response_promise<lease>();
      },
      [=](const chunk_report& done) {
        auto& state = self->state;
        if (done.kind == verdict_kind::applied || done.kind == verdict_kind::duplicate) {
          state.done_rows += done.rows;
          tell_watchers(self, done);
        }
        if (!state.setup.servers.empty() && --state.missing.at(state.round) == 0)
          close_round(self);
      },
      [=](caf::join_atom, std::uint32_t worker, const caf::strong_actor_ptr& handle) { admit(self, worker, handle); },
      [=](tally_atom) {
        const auto& my = self->state;
        return ledger_tally{my.setup.rows, my.done_rows, 0,
                            static_cast<std::uint32_t>(my.setup.workers - my.left.size()), !my.setup.whole};
      },
      [=](rate_atom, exact) {}, // the log says at which rate each chunk was trained
      [=](stop_atom) { end(self, run_event::kind::failed, errc::cancelled, "the replay was stopped"); },
      [=](const row_affinity&) {}, // the log says which worker had which chunk
      [=](check_atom) {},
      [=](watch_atom, const caf::actor& watcher) { self->state.setup.watchers.push_back(watcher); },
  };
}

} // namespace dk
