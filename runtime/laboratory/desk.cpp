#include "runtime/laboratory/desk.hpp"

#include "actors/errors.hpp"
#include "runtime/laboratory/virtual_seconds.hpp"
#include "runtime/messages.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

caf::behavior desk(caf::stateful_actor<desk_state>* self, desk_setup setup) {
  auto& my = self->state;
  my.speed.emplace(setup.speed);
  my.setup = std::move(setup);
  end_on_exception(self);
  return {
      [=](work_request& request) {
        auto& done = request.done;
        const double all = done.computing_seconds + done.waiting_seconds;
        if (done.lease != 0 && done.lease == self->state.held.lease) {
          done.computing_seconds = std::min(all, self->state.computing);
          done.waiting_seconds = all - done.computing_seconds;
        }
        return self->delegate(self->state.setup.ledger, std::move(request));
      },
      [=](const fetch& wanted) {
        auto& state = self->state;
        state.held = wanted;
        state.from = caf::actor_cast<worker_actor>(self->current_sender());
        state.computing = state.speed->chunk_seconds(wanted.rows.size());
        self->delayed_send(self, virtual_seconds(state.computing), due_atom_v, wanted.lease);
      },
      [=](due_atom, std::uint64_t lease) {
        const auto& state = self->state;
        if (lease == state.held.lease)
          caf::send_as(caf::actor_cast<caf::actor>(state.from), state.setup.loader, state.held);
      },
      [=](credit_atom, std::uint64_t lease, std::uint32_t credit) {
        return self->delegate(self->state.setup.loader, credit_atom_v, lease, credit);
      },
  };
}

} // namespace dk
