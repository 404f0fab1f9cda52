#pragma once

#include "actors/protocol/protocol.hpp"
#include "common/random.hpp"
#include "runtime/config/job.hpp"
#include "runtime/laboratory/messages.hpp"
#include "runtime/laboratory/simulated_network.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <variant>

namespace dk {

struct simulated_link_setup {
  server_actor server;
  std::size_t weights = 0; ///< of the shard: commits and centers take time by their bytes, other messages none
  dk::compression compression;
  bool dry = false; ///< a commit has one weight, whatever `weights` says
  laboratory_config world;
  std::uint64_t seed = 1; ///< of what is lost and doubled before this shard
  std::uint32_t shard = 0;
  simulated_network_actor network; ///< between the hosts; empty: every worker has a line of its own
};

/// What a simulated_link says to itself besides.
using simulated_link_actor =
    server_actor::extend<caf::reacts_to<arrive_atom, std::uint64_t>,     // a request is at the shard
                         caf::reacts_to<due_atom, std::uint64_t>,        // the shard has time for it
                         caf::reacts_to<deliver_atom, std::uint64_t>,    // an answer is at its worker
                         caf::reacts_to<caf::tick_atom, std::uint64_t>>; // what was lost goes again

struct simulated_link_state {
  static inline const char* name = "simulated_link";
  using time_point = std::chrono::steady_clock::time_point;

  /// A request on its way, and its answer on the way back.
  struct crossing {
    std::variant<pull, commit> what;
    std::variant<caf::typed_response_promise<center_update>, caf::typed_response_promise<verdict>> answer_to;
    std::deque<std::variant<center_update, verdict>> answers; ///< on their way back
    int copies = 0; ///< of the request: under way there or back, or waiting to be sent again
    bool answered = false;
  };

  /// The line between a worker and the shard: one message after the other, each way.
  struct line {
    time_point up_free;
    time_point down_free;
  };

  simulated_link_setup setup;
  std::optional<random_stream> random;
  std::map<std::uint64_t, crossing> crossings; // in the order in which they began
  std::uint64_t newest = 0;
  std::map<std::uint32_t, line> lines; // by worker
  time_point busy_until;               // the shard
};

/// Stands before a shard in the laboratory and takes the time that a network and a busy server take. A request of a
/// worker arrives after its bytes have gone over the worker's line, and the latency, or through the cards of two hosts;
/// between a worker and a shard on one host at once. The shard handles one request at a time, in the order in which
/// they arrive; its answer takes the way back. Requests and answers are lost, and
/// requests doubled, as the config says. What was lost is sent again after a while, so that the shard sees it once at
/// least; or never, then the worker's request times out. All other messages are the shard's, at once.
simulated_link_actor::behavior_type simulated_link(simulated_link_actor::stateful_pointer<simulated_link_state> self,
                                                   simulated_link_setup setup);

} // namespace dk
