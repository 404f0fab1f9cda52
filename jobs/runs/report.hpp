#pragma once

#include "jobs/scores/evaluation_text.hpp"
#include "nn/model/weight_split.hpp"
#include "runtime/run/trainer.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace dk {

/// What a finished run has to show.
struct run_report {
  job which;
  run_result result;
  std::optional<evaluation> test;
  std::optional<evaluation> validation;
  std::string folder;
  std::string replay_of;          ///< the folder of the run that was replayed; empty: this is a run of its own
  bool was_asked_to_stop = false; ///< by whoever follows it; otherwise a run is stopped by a rule
};

/// result.json, also what --json prints: stable names, documented in docs/run-folder.md.
nlohmann::json to_json(const run_report& report);

/// Rows that were trained per second.
double rows_per_second(const run_result& result);

/// How many of a model's weights are frozen; nothing of a dry run, which may have no model.
std::optional<nn::weight_split> weights_of(const job& which);

/// Of all weights those that a commit carries; a model that is trained alone exchanges none.
std::size_t exchanged_weights(const job& which, const nn::weight_split& weights);

/// The same for a person, several lines.
std::string to_text(const run_report& report);

/// What a run is about to do, on a line. @param where its workers are, as in "in this process"
std::string plan_text(const job& which, std::size_t rows, const std::string& where);

} // namespace dk
