// Leases go out here, one after the other or in rounds, until the run is over.
#include "actors/ledger/ledger_steps.hpp"
#include "actors/protocol/countdown.hpp"
#include "actors/protocol/errors.hpp"

#include <algorithm>

namespace dk::ledger_steps {

namespace {

// Whether every worker that is there has had its part of the round.
bool all_served(const ledger_state& my) {
  if (my.setup.barrier == barrier::epoch)
    return !my.work->has_open();
  return !my.work->has_open() || std::all_of(my.participants.begin(), my.participants.end(), [&](const auto& m) {
    return !m.second.alive || m.second.stalled || m.second.served == my.round;
  });
}

void begin_round(ledger_ptr self) {
  auto& my = self->state;
  ++my.round;
  my.round_used = false;
  if (my.setup.barrier == barrier::epoch)
    my.work->keep_to_one_epoch();
  serve_parked(self);
  check_for_the_end(self);
}

} // namespace

bool no_more_work(const ledger_state& my) {
  return my.stopped || my.work->all_done();
}

bool may_work(const ledger_state& my, const ledger_state::participant& participant) {
  if (my.setup.slots != 0 && my.work->in_training() >= my.setup.slots)
    return false;
  if (my.closing || (my.setup.barrier == barrier::chunk && participant.served == my.round))
    return false;
  return my.work->has_open();
}

lease next_lease(ledger_ptr self, std::uint32_t worker) {
  auto& my = self->state;
  auto next = my.work->take(worker);
  if (!next)
    return {};
  my.out.begin(next->number, self->clock().now());
  if (my.setup.barrier != barrier::none)
    next->round = my.participants[worker].served = my.round;
  my.round_used = true;
  next->rate = my.setup.rate;
  return *next;
}

void serve_parked(ledger_ptr self) {
  auto& my = self->state;
  const bool any_room = my.setup.slots == 0 || my.work->in_training() < my.setup.slots;
  if (!no_more_work(my) && (!any_room || my.closing || !my.work->has_open()))
    return;
  for (auto id = my.parked.begin(); id != my.parked.end();) {
    auto& participant = my.participants[*id];
    if (participant.alive && participant.parked.pending()) {
      if (!no_more_work(my) && !may_work(my, participant)) {
        ++id;
        continue;
      }
      auto next = no_more_work(my) ? lease{} : next_lease(self, *id);
      next.waited = true;
      participant.turn_began = self->clock().now();
      participant.parked.deliver(next);
    }
    id = my.parked.erase(id);
  }
}

void close_round_if_due(ledger_ptr self) {
  auto& my = self->state;
  if (my.setup.barrier == barrier::none || my.closing || !my.round_used || my.work->leased() > 0 || my.asking > 0 ||
      !(no_more_work(my) || all_served(my)))
    return;
  my.closing = true;
  close_round_at(
      self, my.setup.servers, my.setup.request_timeout, my.setup.rate,
      [=] {
        self->state.closing = false;
        begin_round(self);
      },
      [=](const caf::error& why) { fail(self, to_failure(why).code(), to_failure(why).what()); });
}

void check_for_the_end(ledger_ptr self) {
  auto& my = self->state;
  close_round_if_due(self);
  if (my.ended || my.closing || my.work->leased() > 0 || my.asking > 0 || !no_more_work(my))
    return;
  my.ended = true;
  tell(self, run_event::kind::finished, 0, errc::internal, my.work->all_done() ? "every chunk is done" : "stopped");
}

} // namespace dk::ledger_steps
