// Workers that die or stall: their leases come back here.
#include "actors/ledger/ledger_steps.hpp"
#include "actors/protocol/errors.hpp"
#include "common/text.hpp"

#include <algorithm>

namespace dk::ledger_steps {

namespace {

// Nobody is left to work. Whether there is work left is known when the servers have told of the chunks that were held.
void fail_if_deserted(ledger_ptr self) {
  auto& my = self->state;
  if (my.last_loss && !my.ended && my.asking == 0 && my.work->done() < my.work->grid().chunks())
    fail(self, my.last_loss->code(), "no worker is left: " + std::string{my.last_loss->what()});
}

void settle(ledger_ptr self, std::uint64_t lease_number, bool done) {
  auto& my = self->state;
  if (done)
    my.work->finish(lease_number);
  else
    my.work->give_back(lease_number);
  my.out.forget(lease_number);
  serve_parked(self);
  check_for_the_end(self);
  fail_if_deserted(self);
}

// The worker of this lease is gone: no later commit of it may count, and if all shards have the chunk it is done.
void reclaim(ledger_ptr self, const lease& lost, std::uint32_t worker) {
  auto& my = self->state;
  if (my.setup.servers.empty())
    return settle(self, lost.number, false);
  ++my.asking;
  struct answers {
    std::size_t missing;
    bool everywhere = true;
  };
  auto seen = std::make_shared<answers>(answers{my.setup.servers.size()});
  auto answer = [=](bool has_it) {
    seen->everywhere = seen->everywhere && has_it;
    if (--seen->missing > 0)
      return;
    --self->state.asking;
    settle(self, lost.number, seen->everywhere);
  };
  for (const auto& server : my.setup.servers) {
    self->send(server, fence_atom_v, worker, lost.number);
    self->request(server, my.setup.request_timeout, have_atom_v, lost.chunk).then(answer, [=](caf::error&) {
      answer(false);
    }); // a chunk too many is harmless: it would be a duplicate
  }
}

} // namespace

std::uint32_t alive(const ledger_state& my) {
  return static_cast<std::uint32_t>(
      std::count_if(my.participants.begin(), my.participants.end(), [](const auto& m) { return m.second.alive; }));
}

void lose(ledger_ptr self, std::uint32_t id, const caf::error& reason) {
  auto& my = self->state;
  auto& participant = my.participants[id];
  if (!participant.alive)
    return;
  participant.alive = false;
  const auto held = my.work->held_by(id);
  if (!reason && held.empty()) { // it left in order
    tell(self, run_event::kind::worker_left, id);
  } else {
    const auto why = to_failure(reason, errc::nodes);
    std::string chunks;
    for (const auto& lease : held)
      chunks += (chunks.empty() ? "" : ", ") + to_string(lease.chunk);
    tell(self, run_event::kind::worker_lost, id, why.code(), why.what(),
         (chunks.empty() ? "it held no chunk" : "its chunk " + chunks + " went back") + "; " +
             counted(alive(my), "worker goes on", "workers go on"));
    my.diverged += why.code() == errc::diverged ? 1U : 0U;
    if (alive(my) == 0)
      my.last_loss = why;
    else if (my.diverged >= 2 && !my.ended && my.work->done() < my.work->grid().chunks())
      fail(self, why.code(), "no worker is left: " + std::string{why.what()});
  }
  for (const auto& lease : held)
    reclaim(self, lease, id);
  check_for_the_end(self);
  fail_if_deserted(self);
}

void check_deadlines(ledger_ptr self) {
  auto& my = self->state;
  const auto allowed = std::to_string(static_cast<long>(my.out.allowed_seconds()));
  for (const auto number : my.out.take_overdue(self->clock().now())) {
    const auto late = my.work->holder_of(number);
    if (!late)
      continue;
    tell(self, run_event::kind::worker_stalled, late->worker, errc::nodes,
         "made no progress on chunk " + to_string(late->held.chunk) + " for " + allowed + " s", "the chunk went back");
    my.participants[late->worker].stalled = true;
    reclaim(self, late->held, late->worker);
  }
  if (my.work->leased() > 0 && my.stop.is_late(seconds_so_far(self)))
    my.stopped = true;
  if (my.stopped)
    serve_parked(self);
  check_for_the_end(self);
  if (!my.ended)
    self->delayed_send(self, std::chrono::seconds(1), check_atom_v);
}

} // namespace dk::ledger_steps
