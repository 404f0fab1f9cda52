#pragma once

#include "data/dataset.hpp"
#include "runtime/config/job.hpp"
#include "runtime/record/checkpoint.hpp"
#include "runtime/record/rows_account.hpp"
#include "runtime/record/run_folder.hpp"
#include "runtime/record/statistics.hpp"
#include "runtime/rows/evaluation.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// A session while it goes on, a few times a second.
struct run_progress {
  run_statistics numbers;
  std::uint64_t expected_rows = 0;
  std::vector<std::uint32_t> whole_epochs; ///< whose chunks this session has trained, all of them
  std::uint64_t resumed_rows = 0;          ///< of `expected_rows`, trained by earlier sessions
  double seconds = 0;
  double real_seconds = 0; ///< the same, except in the laboratory, where `seconds` are virtual
  bool is_trained = false; ///< the workers have ended: what may still come are the last measurement and the results
};

class venue;

struct run_options {
  std::optional<run_folder> folder;                  ///< nothing is written without one
  const resume_state* resume = nullptr;              ///< where the session before ended
  venue* where = nullptr;                            ///< it takes place; null: on this host, or the job's nodes
  std::string pipeline;                              ///< what `rows` have been through, as data::to_text has it: for
                                                     ///< nodes that read `data.train` themselves; may be empty
  const data::dataset* validation = nullptr;         ///< held-out rows, measured while training goes on
  block start;                                       ///< all weights that the model starts from, also where it is
                                                     ///< resumed, or those of several models, one after the other;
                                                     ///< empty: drawn from the job's seed
  block moments;                                     ///< of the optimizer, over the free weights, where each model is
                                                     ///< trained alone; may be empty
  const std::atomic<bool>* stop = nullptr;           ///< set it to true to end the run in order
  std::function<void(const run_progress&)> progress; ///< may be empty, as may `notice`
  std::function<void(const std::string&)> forecast;  ///< hears what the nodes can do, measured before they train: some
                                                     ///< lines; empty: they are not measured
  std::function<void(const std::string&)> notice;    ///< what a person should hear of: one line
};

struct run_result {
  block weights;                       ///< all weights of the model with the center at the end; without a server, of
                                       ///< each worker's model, one after the other
  std::vector<std::uint64_t> versions; ///< per shard
  run_statistics numbers;
  rows_ledger rows;
  double training_seconds = 0;
  double real_seconds = 0;    ///< that it took; `training_seconds`, except in the laboratory, where those are virtual
  std::uint64_t messages = 0; ///< that were handled, in the laboratory only
  bool stopped = false;       ///< ended before its last chunk because it was asked to
  std::optional<validation_report> validation; ///< of these weights, where rows were held out
  std::optional<validation_report> best;       ///< of the best center that the run has measured
  block best_weights;                          ///< likewise; empty where an earlier session has measured it
};

/// Trains a job on rows that are in memory, in the calling thread's time; everything that it starts it also ends.
/// @throws failure: what cannot work is said before the first chunk; `nodes` when no worker is left, `diverged`, ...
run_result train(const job& which, const data::dataset& rows, const run_options& options = {});

/// These weights measured on rows they were not trained on; of several models, their mean prediction is.
evaluation evaluate(const job& which, const block& weights, const data::dataset& rows);

} // namespace dk
