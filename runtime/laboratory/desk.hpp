#pragma once

#include "actors/protocol/protocol.hpp"
#include "runtime/laboratory/pace.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <map>
#include <optional>

namespace dk {

struct desk_setup {
  ledger_actor ledger;
  loader_actor loader;
  pace_setup speed;
  bool by_batch = false; ///< with overlap, where it counts after which batch of a chunk a center comes
};

struct desk_state {
  static inline const char* name = "desk";

  desk_setup setup;
  std::optional<pace> speed;
  fetch held;        // the newest, whose rows are being trained
  worker_actor from; // whose it is
  bool begun = false;
  std::uint64_t left = 0;                    // rows of it that are not yet in a batch
  std::map<std::uint64_t, double> computing; // seconds that the rows of each lease take
};

/// Where a worker of the laboratory gets its work: stands between it and its ledger and data loader. The batches of a
/// chunk come when the time that they take is over, so that the worker, which computes in no virtual time, commits when
/// it should; and the desk puts that time into the worker's report. All batches of a chunk are trained in one go, so
/// that no other worker's replica gets into the cache between them; `by_batch` each when its own time is over.
caf::behavior desk(caf::stateful_actor<desk_state>* self, desk_setup setup);

} // namespace dk
