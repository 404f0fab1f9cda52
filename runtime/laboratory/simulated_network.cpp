#include "runtime/laboratory/simulated_network.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/laboratory/virtual_seconds.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

using simulated_network_ptr = simulated_network_actor::stateful_pointer<simulated_network_state>;

caf::timespan until(simulated_network_ptr self, network_cards::time_point when) {
  return std::chrono::duration_cast<caf::timespan>(when - self->clock().now());
}

void wait_for_card(simulated_network_ptr self, std::uint32_t host,
                   const std::optional<network_cards::time_point>& when) {
  if (when)
    self->delayed_send(self, until(self, *when), due_atom_v, host);
}

} // namespace

simulated_network_actor::behavior_type
simulated_network(simulated_network_actor::stateful_pointer<simulated_network_state> self,
                  simulated_network_setup setup) {
  self->state.setup = setup;
  self->state.cards.emplace(setup.hosts, setup.bandwidth);
  end_on_exception(self);
  return {
      [=](const passage& what) -> caf::result<deliver_atom> {
        auto& my = self->state;
        const auto promise = self->make_response_promise<deliver_atom>();
        my.on_their_way.emplace(++my.newest, promise);
        wait_for_card(self, what.from, my.cards->send(self->clock().now(), my.newest, what));
        return promise;
      },
      [=](due_atom, std::uint32_t host) {
        auto& my = self->state;
        const auto made = my.cards->proceed(self->clock().now(), host);
        if (made.whole)
          self->delayed_send(self, until(self, made.received) + virtual_seconds(my.setup.latency), deliver_atom_v,
                             *made.whole);
        wait_for_card(self, host, made.next);
      },
      [=](deliver_atom, std::uint64_t number) {
        auto& my = self->state;
        const auto found = my.on_their_way.find(number);
        found->second.deliver(deliver_atom_v);
        my.on_their_way.erase(found);
      },
  };
}

} // namespace dk
