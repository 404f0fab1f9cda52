#pragma once

#include "actors/rows/row_worker.hpp"
#include "common/error.hpp"
#include "data/pipeline.hpp"
#include "nn/files/model_file.hpp"
#include "runtime/config/job.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dk {

/// A model, or an ensemble of them, and how its training data was prepared where that is known.
struct known_model {
  std::string path;
  nn::loaded_model file; ///< the first
  block weights;         ///< of all, one after the other
  std::size_t models = 1;
  std::vector<spec> metrics; ///< that its job names
  data::pipeline fitted;
  std::optional<spec> train; ///< the sources of its run
  std::optional<spec> test;
};

/// A run's folder, or a model file, whose weights may be another file's. @throws failure (model, checkpoint, config);
/// (usage) when `weights` is named beside a run's folder
known_model load_known_model(const std::string& path, const std::string& weights = "");

/// @throws failure (model) when nothing is there
void require_model(const std::string& path);

/// What is wrong with the folder of a run that has not come to a model.
failure no_model_yet(const std::string& folder);

/// The same, and there are weights. @throws failure (model) when there are none
known_model load_trained_model(const std::string& path, const std::string& weights);

/// As a row_worker takes it, to predict.
row_model row_model_of(const known_model& model);

} // namespace dk
