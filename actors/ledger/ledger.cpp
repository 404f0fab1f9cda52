// The states of a chunk, and what moves it:
//
//             a worker asks                 report: applied, duplicate
//   open ────────────────────▶ leased ───────────────────────────────▶ done
//    ▲ ▲                        │  │                                     ▲
//    │ └────────────────────────┘  │ its worker is lost, or its lease    │
//    │   report: fenced, rejected  ▼ ran out (ledger_lost_workers.cpp)   │
//    └──────────────────────── asked for ────────────────────────────────┘
//      not every server has it            every server has it
//
// The run ends when all chunks are done, when it was told to stop and no chunk is leased or asked for, or with an error
// when no worker is left, or a second one has diverged.
#include "actors/ledger/ledger.hpp"

#include "actors/ledger/ledger_steps.hpp"
#include "actors/protocol/errors.hpp"

#include <caf/actor_cast.hpp>

namespace dk {

namespace ledger_steps {

double seconds_so_far(ledger_ptr self) {
  return std::chrono::duration<double>(self->clock().now() - self->state.started).count();
}

void tell(ledger_ptr self, run_event::kind what, std::uint32_t worker, errc code, std::string text,
          std::string consequence) {
  tell_watchers(self, run_event{what, worker, code, std::move(text), std::move(consequence)});
}

void fail(ledger_ptr self, errc code, std::string text) {
  auto& my = self->state;
  if (my.ended)
    return;
  my.ended = true;
  my.stopped = true;
  tell(self, run_event::kind::failed, 0, code, std::move(text));
}

} // namespace ledger_steps

namespace {

using namespace ledger_steps;

constexpr std::uint32_t max_rejections = 3; // of one chunk; then the run fails

// Whether somebody else should work now instead of this worker, who has just asked.
bool turn_is_over(ledger_ptr self, const ledger_state::participant& participant) {
  const auto& my = self->state;
  return my.setup.slots != 0 && !my.parked.empty() && self->clock().now() - participant.turn_began >= my.setup.turn;
}

void admit(ledger_ptr self, std::uint32_t id, const caf::strong_actor_ptr& handle) {
  auto& participant = self->state.participants[id];
  participant.stalled = false;
  if (participant.handle == handle)
    return;
  participant.handle = handle;
  self->state.numbers[caf::actor_cast<caf::actor_addr>(handle)] = id;
  participant.alive = true;
  self->state.last_loss.reset();
  participant.turn_began = self->clock().now();
  self->monitor(caf::actor_cast<caf::actor_addr>(handle));
  tell(self, run_event::kind::worker_joined, id);
}

void take_report(ledger_ptr self, const chunk_report& report) {
  auto& my = self->state;
  my.out.end(report.lease, self->clock().now());
  switch (report.kind) {
  case verdict_kind::applied:
  case verdict_kind::duplicate:
    if (!my.work->finish(report.lease))
      break; // it ran out before; the chunk counts when its new lease ends
    my.stop.add(report);
    tell_watchers(self, report);
    my.stopped = my.stopped || my.stop.is_reached(my.work->done_rows(), seconds_so_far(self));
    break;
  case verdict_kind::fenced:
    my.work->give_back(report.lease);
    break;
  case verdict_kind::rejected:
    if (my.work->give_back(report.lease) && !report.again && ++my.rejections[report.chunk] >= max_rejections)
      fail(self, errc::diverged,
           "chunk " + to_string(report.chunk) + " was rejected " + std::to_string(max_rejections) +
               " times: " + report.reason);
    break;
  }
  if (no_more_work(my))
    serve_parked(self);
}

// What a worker that asks gets: a lease, an answer that comes later, or word that no work is left.
caf::result<lease> serve(ledger_ptr self, std::uint32_t worker) {
  auto& my = self->state;
  auto& participant = my.participants[worker];
  if (no_more_work(my)) {
    check_for_the_end(self);
    if (!my.closing)
      return lease{};
  } else if (may_work(my, participant) && !turn_is_over(self, participant)) {
    const auto next = next_lease(self, worker);
    serve_parked(self); // a rejected or fenced chunk may have opened
    return next;
  }
  participant.parked = self->make_response_promise<lease>();
  my.parked.push_back(worker);
  const auto promise = participant.parked; // what serves the parked may deliver it
  serve_parked(self);
  close_round_if_due(self);
  return promise;
}

caf::result<lease> answer_request(ledger_ptr self, const work_request& request) {
  auto& my = self->state;
  admit(self, request.worker, self->current_sender());
  my.work->mark_trained(request.trained);
  if (auto held = my.work->in_training_by(request.worker)) {
    held->waited = true;
    held->round = my.participants[request.worker].served;
    held->rate = my.setup.rate;
    return *held; // it asks again because our answer was lost
  }
  return serve(self, request.worker);
}

void hear_report(ledger_ptr self, const chunk_report& report) {
  admit(self, report.worker, self->current_sender());
  take_report(self, report);
  const auto& my = self->state;
  const bool asks_next = !my.participants.at(report.worker).parked.pending() &&
                         !my.work->in_training_by(report.worker); // or else it trained on meanwhile
  if (!asks_next)
    serve_parked(self);
  check_for_the_end(self);
}

void hear_of_death(ledger_ptr self, const caf::down_msg& down) {
  auto& my = self->state;
  const auto found = my.numbers.find(down.source);
  if (found == my.numbers.end())
    return;
  const auto id = found->second;
  my.numbers.erase(found);
  const auto& handle = my.participants[id].handle;
  if (handle && handle->address() == down.source) // else another one took its place
    lose(self, id, down.reason);
}

ledger_tally tally_of(const ledger_state& my) {
  const auto& work = *my.work;
  return {my.stopped ? work.done_rows() : work.grid().total_rows(), work.done_rows(), work.returned(), alive(my),
          my.stopped && !work.all_done()};
}

void start(ledger_ptr self, ledger_setup setup) {
  auto& my = self->state;
  my.work.emplace(setup.grid, setup.how, setup.workers);
  my.work->mark_done(setup.done);
  my.watchers = setup.watchers;
  if (setup.barrier == barrier::epoch)
    my.work->keep_to_one_epoch();
  my.started = self->clock().now();
  my.stop = {setup.stop, setup.grid};
  my.setup = std::move(setup);
}

} // namespace

ledger_actor::behavior_type ledger(ledger_actor::stateful_pointer<ledger_state> self, ledger_setup setup) {
  end_on_exception(self);
  start(self, std::move(setup));
  self->set_down_handler([=](const caf::down_msg& down) { hear_of_death(self, down); });
  self->delayed_send(self, std::chrono::seconds(1), check_atom_v);
  return {
      [=](const work_request& request) { return answer_request(self, request); },
      [=](const chunk_report& report) { hear_report(self, report); },
      [=](caf::join_atom, std::uint32_t worker, const caf::strong_actor_ptr& handle) { admit(self, worker, handle); },
      [=](tally_atom) { return tally_of(self->state); },
      [=](rate_atom, exact rate) { self->state.setup.rate = rate; },
      [=](stop_atom) {
        self->state.stopped = true;
        serve_parked(self);
        check_for_the_end(self);
      },
      [=](const row_affinity& of) { self->state.work->prefer(of.worker, of.rows); },
      [=](check_atom) { check_deadlines(self); },
      [=](watch_atom, const caf::actor& watcher) { self->state.watchers.push_back(watcher); },
  };
}

} // namespace dk
