#include "actors/ledger.hpp"

#include "actors/errors.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/all.hpp>

namespace dk {

namespace {

using ledger_ptr = ledger_actor::stateful_pointer<ledger_state>;
using std::chrono::seconds;

constexpr std::uint32_t max_rejections = 3; // of one chunk; then the run fails

double seconds_so_far(ledger_ptr self) {
  return std::chrono::duration<double>(self->clock().now() - self->state.started).count();
}

template <class Message>
void tell_watchers(ledger_ptr self, const Message& message) {
  for (const auto& watcher : self->state.watchers)
    caf::anon_send(watcher, message); // a typed actor sends to an untyped one like this
}

void tell(ledger_ptr self, run_event::kind what, std::uint32_t worker = 0, errc code = errc::internal,
          std::string text = "", std::string consequence = "") {
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

std::uint32_t alive(const ledger_state& my) {
  return static_cast<std::uint32_t>(
      std::count_if(my.members.begin(), my.members.end(), [](const auto& m) { return m.second.alive; }));
}

bool no_more_work(const ledger_state& my) {
  return my.stopped || my.work->all_done();
}

void serve_parked(ledger_ptr self);
void check_for_the_end(ledger_ptr self);

// Whether every worker that is there has had its part of the round.
bool all_served(const ledger_state& my) {
  if (my.setup.barrier == barrier::epoch)
    return !my.work->has_open();
  return !my.work->has_open() || std::all_of(my.members.begin(), my.members.end(), [&](const auto& m) {
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

// Lets the servers fold a round in when all of its leases are back.
void close_round_if_due(ledger_ptr self) {
  auto& my = self->state;
  if (my.setup.barrier == barrier::none || my.closing || !my.round_used || my.work->leased() > 0 || my.asking > 0 ||
      !(no_more_work(my) || all_served(my)))
    return;
  my.closing = true;
  auto missing = std::make_shared<std::size_t>(my.setup.servers.size());
  for (const auto& server : my.setup.servers)
    self->request(server, my.setup.request_timeout, close_atom_v, my.setup.rate)
        .then(
            [=](std::uint64_t) {
              if (--*missing > 0)
                return;
              self->state.closing = false;
              begin_round(self);
            },
            [=](const caf::error& why) { fail(self, to_failure(why).code(), to_failure(why).what()); });
}

// Ends the run when nothing is leased and nothing will be.
void check_for_the_end(ledger_ptr self) {
  auto& my = self->state;
  close_round_if_due(self);
  if (my.ended || my.closing || my.work->leased() > 0 || my.asking > 0 || !no_more_work(my))
    return;
  my.ended = true;
  tell(self, run_event::kind::finished, 0, errc::internal, my.work->all_done() ? "every chunk is done" : "stopped");
}

lease next_lease(ledger_ptr self, std::uint32_t worker) {
  auto& my = self->state;
  auto next = my.work->take(worker);
  if (!next)
    return {};
  my.out.begin(next->number, self->clock().now());
  if (my.setup.barrier != barrier::none)
    next->round = my.members[worker].served = my.round;
  my.round_used = true;
  next->rate = my.setup.rate;
  return *next;
}

// Whether this worker may have a chunk now.
bool may_work(const ledger_state& my, const ledger_state::member& member) {
  if (my.setup.slots != 0 && my.work->in_training() >= my.setup.slots)
    return false;
  if (my.closing || (my.setup.barrier == barrier::chunk && member.served == my.round))
    return false;
  return my.work->has_open();
}

// Gives parked workers what there is; lets them go when nothing will come.
void serve_parked(ledger_ptr self) {
  auto& my = self->state;
  const bool any_room = my.setup.slots == 0 || my.work->in_training() < my.setup.slots;
  if (!no_more_work(my) && (!any_room || my.closing || !my.work->has_open()))
    return;
  for (auto id = my.parked.begin(); id != my.parked.end();) {
    auto& member = my.members[*id];
    if (member.alive && member.parked.pending()) {
      if (!no_more_work(my) && !may_work(my, member)) {
        ++id;
        continue;
      }
      auto next = no_more_work(my) ? lease{} : next_lease(self, *id);
      next.waited = true;
      member.turn_began = self->clock().now();
      member.parked.deliver(next);
    }
    id = my.parked.erase(id);
  }
}

// Whether somebody else should work now instead of this worker, who has just asked.
bool turn_is_over(ledger_ptr self, const ledger_state::member& member) {
  const auto& my = self->state;
  return my.setup.slots != 0 && !my.parked.empty() && self->clock().now() - member.turn_began >= my.setup.turn;
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

void lose(ledger_ptr self, std::uint32_t id, const caf::error& reason) {
  auto& my = self->state;
  auto& member = my.members[id];
  if (!member.alive)
    return;
  member.alive = false;
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
             std::to_string(alive(my)) + (alive(my) == 1 ? " worker goes on" : " workers go on"));
    my.diverged += why.code() == errc::diverged ? 1U : 0U;
    if (!my.ended && (alive(my) == 0 || my.diverged >= 2)) {
      if (my.work->done() == my.work->grid().chunks())
        check_for_the_end(self);
      else
        fail(self, why.code(), "no worker is left: " + std::string{why.what()});
    }
  }
  for (const auto& lease : held)
    reclaim(self, lease, id);
  check_for_the_end(self);
}

void admit(ledger_ptr self, std::uint32_t id, const caf::strong_actor_ptr& handle) {
  auto& member = self->state.members[id];
  member.stalled = false;
  if (member.handle == handle)
    return;
  member.handle = handle;
  self->state.numbers[caf::actor_cast<caf::actor_addr>(handle)] = id;
  member.alive = true;
  member.turn_began = self->clock().now();
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
  auto& member = my.members[worker];
  if (no_more_work(my)) {
    check_for_the_end(self);
    if (!my.closing)
      return lease{};
  } else if (may_work(my, member) && !turn_is_over(self, member)) {
    const auto next = next_lease(self, worker);
    serve_parked(self); // a rejected or fenced chunk may have opened
    return next;
  }
  member.parked = self->make_response_promise<lease>();
  my.parked.push_back(worker);
  const auto promise = member.parked; // what serves the parked may deliver it
  serve_parked(self);
  close_round_if_due(self);
  return promise;
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
    my.members[late->worker].stalled = true;
    reclaim(self, late->held, late->worker);
  }
  if (my.work->leased() > 0 && my.stop.is_late(seconds_so_far(self)))
    my.stopped = true;
  if (my.stopped)
    serve_parked(self);
  check_for_the_end(self);
  if (!my.ended)
    self->delayed_send(self, seconds(1), check_atom_v);
}

} // namespace

ledger_actor::behavior_type ledger(ledger_actor::stateful_pointer<ledger_state> self, ledger_setup setup) {
  auto& my = self->state;
  my.work.emplace(setup.grid, setup.how, setup.workers);
  for (const auto& chunk : setup.done)
    my.work->mark_done(chunk);
  my.watchers = setup.watchers;
  if (setup.barrier == barrier::epoch)
    my.work->keep_to_one_epoch();
  my.started = self->clock().now();
  my.stop = {setup.stop, setup.grid};
  my.setup = std::move(setup);
  end_on_exception(self);
  self->set_down_handler([=](const caf::down_msg& down) {
    auto& numbers = self->state.numbers;
    const auto found = numbers.find(down.source);
    if (found == numbers.end())
      return;
    const auto id = found->second;
    numbers.erase(found);
    const auto& handle = self->state.members[id].handle;
    if (handle && handle->address() == down.source) // else another one took its place
      lose(self, id, down.reason);
  });
  self->delayed_send(self, seconds(1), check_atom_v);
  return {
      [=](const work_request& request) -> caf::result<lease> {
        admit(self, request.worker, self->current_sender());
        auto& state = self->state;
        state.work->mark_trained(request.trained);
        if (auto held = state.work->in_training_by(request.worker)) {
          held->waited = true;
          held->round = state.members[request.worker].served;
          held->rate = state.setup.rate;
          return *held; // it asks again because our answer was lost
        }
        return serve(self, request.worker);
      },
      [=](const chunk_report& report) {
        admit(self, report.worker, self->current_sender());
        take_report(self, report);
        const auto& state = self->state;
        const bool asks_next = !state.members.at(report.worker).parked.pending() &&
                               !state.work->in_training_by(report.worker); // or else it trained on meanwhile
        if (!asks_next)
          serve_parked(self);
        check_for_the_end(self);
      },
      [=](caf::join_atom, std::uint32_t worker, const caf::strong_actor_ptr& handle) { admit(self, worker, handle); },
      [=](tally_atom) {
        const auto& state = self->state;
        const auto& work = *state.work;
        return ledger_tally{state.stopped ? work.done_rows() : work.grid().total_rows(), work.done_rows(),
                            work.returned(), alive(state), state.stopped && !work.all_done()};
      },
      [=](rate_atom, exact rate) { self->state.setup.rate = rate; },
      [=](stop_atom) {
        self->state.stopped = true;
        serve_parked(self);
        check_for_the_end(self);
      },
      [=](check_atom) { check_deadlines(self); },
      [=](watch_atom, const caf::actor& watcher) { self->state.watchers.push_back(watcher); },
  };
}

} // namespace dk
