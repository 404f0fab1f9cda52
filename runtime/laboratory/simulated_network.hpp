#pragma once

#include "runtime/laboratory/messages.hpp"
#include "runtime/laboratory/network_cards.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <map>
#include <optional>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::passage) // stays inside the laboratory's process

namespace dk {

struct simulated_network_setup {
  std::size_t hosts = 0;
  double bandwidth = 0; ///< of each host's card, each way, in bytes per second; 0: no limit
  double latency = 0;   ///< seconds
};

using simulated_network_actor =
    caf::typed_actor<caf::replies_to<passage>::with<deliver_atom>, // when it has arrived
                     caf::reacts_to<due_atom, std::uint32_t>,      // let this host's card proceed (sent by itself)
                     caf::reacts_to<deliver_atom, std::uint64_t>>; // a message has arrived (sent by itself)

struct simulated_network_state {
  static inline const char* name = "simulated_network";

  simulated_network_setup setup;
  std::optional<network_cards> cards;
  std::uint64_t newest = 0;
  std::map<std::uint64_t, caf::typed_response_promise<deliver_atom>> on_their_way; // by the message's number
};

/// The network between the hosts of the laboratory: owns their network cards, and answers each passage when the message
/// is at its other end.
simulated_network_actor::behavior_type
simulated_network(simulated_network_actor::stateful_pointer<simulated_network_state> self,
                  simulated_network_setup setup);

} // namespace dk
