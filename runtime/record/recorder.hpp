#pragma once

#include "actors/protocol/protocol.hpp"
#include "runtime/record/log_file.hpp"
#include "runtime/record/statistics.hpp"
#include "runtime/record/tensorboard_log.hpp"

#include <caf/actor_clock.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <string>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(dk::run_statistics) // stays inside the driver's process

namespace dk {

/// Keeps a run's log and its numbers.
using recorder_actor =
    caf::typed_actor<caf::reacts_to<commit_record>, caf::reacts_to<chunk_report>, caf::reacts_to<validation_report>,
                     caf::reacts_to<run_event>, caf::replies_to<tally_atom>::with<run_statistics>,
                     caf::replies_to<finish_atom>::with<bool>,      // nothing more is trained
                     caf::replies_to<caf::flush_atom>::with<bool>>; // the logs are on the disk

struct recorder_setup {
  std::string history;             ///< file of one JSON line per chunk; empty: none
  std::string commits;             ///< file of one JSON line per commit; empty: none
  std::string header;              ///< the line that this session begins `commits` with; empty: none
  caf::actor listener;             ///< is sent every run_event as well
  std::string validation;          ///< file of one JSON line per measurement; empty: none
  run_statistics so_far{};         ///< of the sessions before, in a replay
  chunk_grid grid{};               ///< of the run
  std::vector<chunk_set> folded{}; ///< per shard: the chunks that the session starts with
  std::uint32_t session = 0;       ///< of the run, from 0
  tensorboard_setup tensorboard{};
};

struct recorder_state {
  static inline const char* name = "recorder";

  caf::actor_clock::time_point started;
  run_statistics statistics;
  chunk_grid grid;
  std::vector<chunk_set> folded; // per shard: chunks that are known to be in
  log_file history;
  log_file commits;
  log_file validation;
  tensorboard_log tensorboard;
};

/// Watches a session: counts, and writes history.jsonl, commits.jsonl, validation.jsonl (docs/run-folder.md) and events
/// for TensorBoard. Appends to files that are there, as a resumed run needs. Ends with an error when a file cannot be
/// written.
recorder_actor::behavior_type recorder(recorder_actor::stateful_pointer<recorder_state> self,
                                       const recorder_setup& setup);

} // namespace dk
