#pragma once

#include "jobs/inputs/inputs.hpp"
#include "jobs/runs/report.hpp"
#include "runtime/record/run_folder.hpp"

#include <functional>

namespace dk {

/// Writes what a run's folder has from the start: the config and initial.h5, the center that every replica starts from.
/// @throws failure (resources, ...)
void prepare_folder(const job& which, const run_folder& folder, const block& start, const job_data& data);

/// What a resumed run's models started from, which its checkpoints do not hold where layers are frozen: all weights, of
/// several models one after the other; empty where nothing is frozen. @throws failure (model, checkpoint)
block initial_weights(const job& which, const run_folder& folder);

/// Trains, or replays, in a folder; a run that cannot even begin leaves none behind. @throws failure
run_result run_in(const run_folder& folder, const std::function<run_result()>& run);

/// The result with the center that the job keeps: the last, or the best that was measured. In the latter case the last
/// goes into last.h5. @throws failure (model, resources)
run_result with_kept_center(const job& which, const run_folder& folder, run_result result);

/// Evaluates a result. @param folder where the run was, or ""
run_report make_report(const job& which, const job_data& data, const run_result& result, const std::string& folder);

/// Writes result.json, history.csv and validation.jsonl. @throws failure (resources)
void write_numbers(const run_report& report, const run_folder& folder);

/// Writes what a run's folder has at the end: model.h5 and the numbers. @throws failure (resources)
void write_results(const run_report& report, const run_folder& folder);

/// result.json of a run; an empty object where it has none yet. @throws failure (checkpoint) when it is damaged
nlohmann::json read_result(const run_folder& folder);

/// @throws failure (internal) when the rows of the run do not balance
void check_balance(const run_report& report);

} // namespace dk
