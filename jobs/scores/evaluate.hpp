#pragma once

#include "common/spec.hpp"
#include "jobs/scores/class_scores.hpp"
#include "jobs/scores/output_scores.hpp"
#include "runtime/config/job.hpp"
#include "runtime/rows/evaluation.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// What is to be measured, and where.
struct evaluate_request {
  std::string model;    ///< a run's folder or a model file
  std::string weights;  ///< a file to take a model file's weights from; empty: its own
  std::string data;     ///< a path, or a TOML source as in [data]; empty: the run's test data
  cluster_config where; ///< the nodes that work; none: the cores of this host
};

/// A model measured on data: what a run reports of it, and, of a model with one output, one kind of scores besides.
struct model_scores {
  evaluation found;
  std::vector<spec> named_metrics;     ///< that the model's job names; `found` may have more
  std::optional<class_scores> classes; ///< where each row is of one class
  std::vector<label_score> labels;     ///< where each output says yes or no, by itself
  std::vector<number_score> numbers;   ///< where outputs are numbers: in the label's own units
  std::vector<std::string> names;      ///< of the classes, labels or numbers; none: they go by their places
};

/// Does all that `dk_driver evaluate` does. @throws failure (usage) where neither request nor model names data; (model,
/// data, config, nodes)
model_scores evaluate(const evaluate_request& request);

/// One object: stable names, documented in docs/predict.md.
nlohmann::json to_json(const model_scores& found);

/// The same for a person, several lines.
std::string to_text(const model_scores& found);

} // namespace dk
