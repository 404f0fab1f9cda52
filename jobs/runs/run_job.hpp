#pragma once

#include "jobs/runs/report.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// How somebody follows a run and can end it early. Every function may be empty; all are called in the thread that
/// called `run`.
struct job_options {
  std::string out;                                      ///< the folder to make for the run; empty: runs/<time>-<name>
  const std::atomic<bool>* stop = nullptr;              ///< set it to true to end the run in order
  std::function<void(const job&, std::size_t)> planned; ///< data and model are read and fit together: the job with the
                                                        ///< layers of its model file, and the rows that it trains
  std::function<void(const std::string&)> forecast;     ///< of a job on nodes: what they and their network can do, some
                                                        ///< lines; empty: they are not measured
  std::function<void(const run_progress&)> progress;    ///< a few times a second
  std::function<void(const std::string&)> notice;       ///< what a person should hear of: one line
  std::function<void(const run_report&)> reported; ///< the results are written; also where the rows do not balance, for
                                                   ///< which the run is about to fail
};

/// Whether somebody has set its `stop`.
inline bool was_asked_to_stop(const job_options& options) {
  return options.stop != nullptr && *options.stop;
}

/// Does all that `dk_driver CONFIG` does, on this host or on the job's nodes: reads model and data, trains, measures
/// the model on held-out and test rows, and writes the run's folder (docs/run-folder.md) with its log.
/// Warnings go to the log, which is silent until set_up_log (common/log.hpp).
/// @throws failure: what cannot work is said before the first chunk, and leaves no folder; else as `train`
run_report run(job which, const job_options& options = {});

/// Goes on with the run in a folder, from its last checkpoint, as `dk_driver --resume` does. `settings` change what is
/// still to come, as {"trainer.epochs=60"}.
/// @return nothing where the run is finished, which `notice` says; its results are in its folder
/// @throws failure (usage) when `options.out` is given; (checkpoint) when the folder has no run; (config) for a setting
/// that cannot change any more; as `run`
std::optional<run_report> resume(const std::string& folder, const std::vector<std::string>& settings = {},
                                 const job_options& options = {});

/// Reads model and data, checks all that `run` checks before it trains, and calls `planned`. @throws failure
void dry_run(job which, const job_options& options = {});

/// The same of a run that is to go on; `notice` says where it is finished.
void dry_run_resume(const std::string& folder, const std::vector<std::string>& settings = {},
                    const job_options& options = {});

} // namespace dk
