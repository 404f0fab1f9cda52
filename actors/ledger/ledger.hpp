#pragma once

#include "actors/ledger/lease_clock.hpp"
#include "actors/ledger/stop_rule.hpp"
#include "actors/ledger/work_list.hpp"
#include "actors/protocol/fold.hpp"
#include "actors/protocol/protocol.hpp"

#include <caf/actor_addr.hpp>
#include <caf/duration.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dk {

struct ledger_setup {
  chunk_grid grid;
  assignment how = assignment::dynamic;
  std::uint32_t workers = 1;         ///< how many shares a fixed assignment cuts
  std::vector<server_actor> servers; ///< asked about the chunks of lost workers; empty when nobody keeps a center
  chunk_set done;                    ///< by earlier sessions of the run
  std::vector<caf::actor> watchers;  ///< as if each had sent `watch`
  stop_rule stop;
  dk::barrier barrier = barrier::none; ///< the algorithm's
  std::uint32_t slots = 0; ///< leases out at a time, for workers that share the cores of one process; 0: any
  std::chrono::milliseconds turn{100}; ///< how long a worker keeps its slot while others wait: its replica is in the
                                       ///< cache, theirs are not
  caf::duration request_timeout = caf::infinite; ///< as the worker's
  exact rate = 1; ///< of the first leases: the workers' learning rate, in parts of the configured one
};

struct ledger_state {
  static inline const char* name = "ledger";
  using time_point = std::chrono::steady_clock::time_point;

  struct participant {
    caf::strong_actor_ptr handle;
    caf::typed_response_promise<lease> parked; // its request, while there is no chunk or no slot for it
    bool alive = true;
    bool stalled = false;     // its lease ran out and it has not been heard of since: nobody waits for it
    std::uint64_t served = 0; // the newest round in which it had a lease
    time_point turn_began;
  };

  ledger_setup setup;
  std::optional<work_list> work;
  std::map<std::uint32_t, participant> participants;
  std::map<caf::actor_addr, std::uint32_t> numbers; // of the participants, to be found when they go down
  std::deque<std::uint32_t> parked;                 // who waits, first come first served
  lease_clock out;                                  // since when each lease is
  std::map<chunk_id, std::uint32_t, bool (*)(const chunk_id&, const chunk_id&)> rejections{
      [](const chunk_id& a, const chunk_id& b) { return a.epoch != b.epoch ? a.epoch < b.epoch : a.index < b.index; }};
  std::vector<caf::actor> watchers;
  stop_watch stop;
  time_point started;
  std::uint32_t diverged = 0;
  std::uint32_t asking = 0;         // leases of lost workers whose fate the servers are being asked
  std::optional<failure> last_loss; // of the last worker, while nobody has joined since
  std::uint64_t round = 1;          // behind a barrier: the one that is under way
  bool round_used = false;          // a lease of it was given
  bool closing = false;             // the servers are folding it in
  bool stopped = false;
  bool ended = false;
};

/// Leases chunks to the workers that ask, takes the leases of lost workers back, and says when the run is over.
/// A worker whose node has some of the rows is first offered chunks of those.
/// A worker is watched over from its first `work_request` on, or from an earlier `join`.
/// Behind a barrier it leases in rounds: a worker gets one chunk of each, or all of them an epoch's chunks; when all
/// are back it lets the servers close the round, and leases of the next begin with a pull. With fewer slots than
/// workers they take turns, as threads do on the cores of a host. A lease that is out for too long (lease_clock) is
/// over: its chunk is open again.
ledger_actor::behavior_type ledger(ledger_actor::stateful_pointer<ledger_state> self, ledger_setup setup);

} // namespace dk
