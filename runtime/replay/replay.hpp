#pragma once

#include "runtime/replay/commit_log.hpp"
#include "runtime/run/trainer.hpp"

namespace dk {

/// Trains again what a log says: the same workers train the same rows from the same versions of the center, and each
/// shard folds their commits in the same order. All of it by the run's own actors; only who waits for whom is settled
/// by the log.
/// @param recorded the job of the run
/// @param under the same job, perhaps of another algorithm or policy: then the schedule is the log's, and the numbers
/// are not
/// @param options `start` must be the run's first center; `resume` and `stop` are not for a replay
/// @throws failure (checkpoint) when log and job do not fit together or the log cannot be followed, (data) when the
/// rows are not those of the run; else as train
run_result replay(const job& recorded, const commit_log& log, const job& under, const data::dataset& rows,
                  run_options options);

/// Checks that a run of this job has a schedule: that its workers commit, and do so as it comes.
/// @throws failure (usage)
void check_schedule(const job& which);

/// Checks what can be told before anything is trained; replay does so too. @throws failure
void check_replay(const job& recorded, const commit_log& log, const job& under, const data::dataset& rows,
                  const block& start);

/// How far apart two centers are.
struct center_difference {
  bool equal = true;   ///< bit for bit
  double largest = 0;  ///< of a weight
  double relative = 0; ///< Euclidean length of the difference, relative to that of the first
};

/// @throws failure (checkpoint) when they are not of the same size
center_difference compare(const block& a, const block& b);

} // namespace dk
