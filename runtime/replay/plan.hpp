#pragma once

#include "runtime/record/statistics.hpp"
#include "runtime/replay/commit_log.hpp"

#include <map>
#include <string>
#include <vector>

namespace dk {

/// One chunk that a worker trains.
struct planned_chunk {
  chunk_id chunk;
  row_range rows;
  bool waited = false;   ///< it starts from another center than the worker's last verdicts brought
  std::size_t round = 0; ///< behind a barrier: which, from 0
  double rate = 1;       ///< the worker's learning rate, in parts of the configured one
};

/// One thing that a shard does.
struct script_step {
  enum class kind : std::uint8_t {
    pull,   ///< hands its center to the worker
    commit, ///< judges the worker's next commit
  };
  kind what = kind::commit;
  std::uint32_t worker = 0;
  std::uint64_t version = 0;                    ///< of the shard afterwards; behind a barrier: before the round
  verdict_kind verdict = verdict_kind::applied; ///< of a commit
  std::size_t line = 0;                         ///< likewise: in the log
};

/// One session of a recorded run as something to do again: who trains what, from which centers, folded in which order.
/// Whoever follows it comes to its end: in the order of the log, each step needs only steps before it.
struct replay_plan {
  std::string origin;     ///< the log's name
  bool same_rule = true;  ///< under the algorithm of the run: every verdict must be the log's
  bool rounds = false;    ///< chunks are trained in rounds; the servers are to be told of their ends
  std::uint64_t rows = 0; ///< of the chunks that every shard has folded in at its end
  std::uint64_t chunks = 0;
  std::map<std::uint32_t, std::vector<planned_chunk>> workers; ///< by number; one that trained nothing is not here
  std::map<std::uint32_t, std::vector<script_step>> shards;    ///< by number; likewise
  std::vector<std::uint64_t> kept; ///< by shard: the version that the next session goes on from; empty: there is none
  run_statistics earlier;          ///< of the sessions before
  std::vector<std::string> doubts; ///< where the log does not tell all: what was assumed, one line each
};

/// What the workers of a job do about centers.
struct pull_habit {
  bool adopts = true;       ///< a chunk starts from the center; false: only deltas are measured against it
  bool every_chunk = false; ///< they pull one for each chunk; false: only where the last verdict's is not the base
};

/// What one session has to do.
/// @param session 0 is the first, or i for what `log.restarts[i - 1]` began
/// @throws failure (checkpoint) when the lines of several shards contradict each other
replay_plan make_plan(const commit_log& log, const pull_habit& habit, std::size_t session = 0);

} // namespace dk
