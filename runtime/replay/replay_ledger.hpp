#pragma once

#include "actors/protocol/protocol.hpp"
#include "runtime/replay/plan.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace dk {

struct replay_ledger_setup {
  std::map<std::uint32_t, std::vector<planned_chunk>> chunks; ///< by worker
  std::uint32_t workers = 1;                                  ///< also those without a chunk
  std::uint64_t rows = 0;                                     ///< that will be done at the end
  bool whole = true;                                          ///< that is every row of the run
  std::vector<server_actor> servers; ///< that are told when a round is over; empty where there are no rounds
  std::vector<caf::actor> watchers;  ///< as if each had sent `watch`
};

struct replay_ledger_state {
  static inline const char* name = "replay_ledger";

  replay_ledger_setup setup;
  std::map<std::uint32_t, caf::actor_addr> workers;
  std::map<std::uint32_t, std::size_t> next; // by worker: which of its chunks it gets next
  std::set<std::uint32_t> left;
  std::map<std::uint32_t, caf::typed_response_promise<lease>> parked; // their next chunk is of a later round
  std::vector<std::size_t> missing;                                   // by round: reports that have not come
  std::size_t round = 0;                                              // under way
  std::uint64_t leases = 0;
  std::uint64_t done_rows = 0;
  bool ended = false;
};

/// Stands in for the ledger when a run is replayed: gives each worker the chunks that it had then, in the same order
/// and, behind a barrier, in the same rounds.
/// The run is over when every worker has trained its last; a worker that is lost ends it with its error.
ledger_actor::behavior_type replay_ledger(ledger_actor::stateful_pointer<replay_ledger_state> self,
                                          replay_ledger_setup setup);

} // namespace dk
