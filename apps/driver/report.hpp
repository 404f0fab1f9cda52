#pragma once

#include "runtime/run/trainer.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace dk {

/// What a finished run has to show.
struct run_report {
  const job& which;
  const run_result& result;
  std::optional<evaluation> test;
  std::optional<evaluation> validation;
  std::string folder;
  std::string replay_of; ///< the folder of the run that was replayed; empty: this is a run of its own
};

/// A measurement with all its metrics by name, and as "accuracy 0.9, loss 0.3, auc 0.95".
nlohmann::json to_json(const evaluation& found);
std::string to_text(const evaluation& found);

/// "accuracy 0.9, loss 0.3", or the loss alone where outputs are numbers.
std::string measured_text(const nn::metrics& found);

/// The number; null where there is none.
nlohmann::json or_null(const std::optional<double>& value);

/// result.json, also what --json prints: stable names, documented in docs/run-folder.md.
nlohmann::json to_json(const run_report& report);

/// The same for a person, several lines.
std::string to_text(const run_report& report);

/// What a run is about to do, on a line. @param where its workers are, as in "in this process"
std::string plan_text(const job& which, std::size_t rows, const std::string& where);

} // namespace dk
