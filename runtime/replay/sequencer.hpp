#pragma once

#include "actors/protocol/protocol.hpp"
#include "runtime/replay/plan.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dk {

struct sequencer_setup {
  std::uint32_t shard = 0;
  server_actor server;               ///< the shard itself; it ends with the sequencer
  center start;                      ///< what the shard starts from
  std::vector<script_step> script;   ///< what it did
  std::string origin;                ///< the name of the log, for errors
  bool same_rule = true;             ///< as in replay_plan
  bool rounds = false;               ///< likewise: a worker that pulls gets the center of the round, there is no other
  std::optional<std::uint64_t> kept; ///< the version that the next session goes on from
  std::vector<caf::actor> watchers;  ///< hear first why it ends, before the workers miss it
};

struct sequencer_state {
  static inline const char* name = "sequencer";

  struct held_commit {
    commit what;
    caf::typed_response_promise<verdict> answer;
  };

  /// What the sequencer has of a worker, and owes it.
  struct lane {
    std::size_t commits = 0;                                        // that the script still has
    std::deque<center_update> pulled;                               // by the script, not yet by the worker
    std::deque<caf::typed_response_promise<center_update>> waiting; // the other way round
    std::uint64_t lease = 0;                                        // of its newest commit
    std::uint64_t has = 0;        // the version that the worker has when the script is so far
    std::deque<held_commit> held; // until it is their turn
  };

  sequencer_setup setup;
  std::size_t at = 0; // of the script
  center kept;        // of the version to be kept, once it is there
  std::map<std::uint32_t, lane> lanes;
};

/// Stands before a shard and makes its past happen again: commits reach it in the order of the script, whenever they
/// come, and a worker that pulls gets the center that it got then. All else is the shard's. Ends with an error when the
/// shard's verdict is not that of the script, except that under another rule a commit that was refused is made one.
/// Where the run was resumed its `state` is what the next session goes on from.
server_actor::behavior_type sequencer(server_actor::stateful_pointer<sequencer_state> self, sequencer_setup setup);

} // namespace dk
