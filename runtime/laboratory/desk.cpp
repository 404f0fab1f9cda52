#include "runtime/laboratory/desk.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/laboratory/messages.hpp"
#include "runtime/laboratory/virtual_seconds.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

namespace dk {

namespace {

using desk_ptr = caf::stateful_actor<desk_state>*;

// Waits as long as the next rows take: a batch of them, or all.
void wait_for_rows(desk_ptr self) {
  auto& my = self->state;
  const auto rows = my.setup.by_batch ? std::min<std::uint64_t>(my.held.batch_rows, my.left) : my.left;
  if (rows == 0)
    return;
  my.left -= rows;
  const auto seconds = my.speed->chunk_seconds(rows);
  my.computing[my.held.lease] += seconds;
  self->delayed_send(self, virtual_seconds(seconds), due_atom_v, my.held.lease);
}

// Puts into a report what its lease took.
void tell_times(desk_state& my, chunk_report& report) {
  const auto found = my.computing.find(report.lease);
  if (found == my.computing.end())
    return;
  const double all = report.computing_seconds + report.waiting_seconds;
  report.computing_seconds = std::min(all, found->second);
  report.waiting_seconds = all - report.computing_seconds;
  my.computing.erase(my.computing.begin(), std::next(found)); // leases only grow
}

// Lets the loader send what is trained by now.
void pass_on(desk_ptr self) {
  auto& my = self->state;
  if (std::exchange(my.begun, true))
    return self->send(my.setup.loader, credit_atom_v, my.held.lease, std::uint32_t{1});
  auto now = my.held;
  if (my.setup.by_batch)
    now.credit = 1;
  caf::send_as(caf::actor_cast<caf::actor>(my.from), my.setup.loader, now);
}

} // namespace

caf::behavior desk(caf::stateful_actor<desk_state>* self, desk_setup setup) {
  auto& my = self->state;
  my.speed.emplace(setup.speed);
  my.setup = std::move(setup);
  end_on_exception(self);
  return {
      [=](work_request& request) { return self->delegate(self->state.setup.ledger, request); },
      [=](chunk_report& report) {
        tell_times(self->state, report);
        return self->delegate(self->state.setup.ledger, std::move(report));
      },
      [=](const fetch& wanted) {
        auto& state = self->state;
        state.held = wanted;
        state.from = caf::actor_cast<worker_actor>(self->current_sender());
        state.begun = false;
        state.left = wanted.rows.size();
        wait_for_rows(self);
      },
      [=](due_atom, std::uint64_t lease) {
        if (lease == self->state.held.lease)
          pass_on(self);
      },
      [=](credit_atom, std::uint64_t lease, std::uint32_t credit) {
        const auto& state = self->state;
        if (!state.setup.by_batch)
          self->send(state.setup.loader, credit_atom_v, lease, credit);
        else if (lease == state.held.lease)
          wait_for_rows(self);
      },
  };
}

} // namespace dk
