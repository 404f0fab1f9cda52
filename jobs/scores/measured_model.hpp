#pragma once

#include "actors/rows/row_worker.hpp"
#include "jobs/models/known_model.hpp"
#include "jobs/models/label_of_run.hpp"

#include <vector>

namespace dk {

/// Which scores a model gets besides loss and metrics.
enum class score_kind {
  none,    ///< of several outputs, and where outputs are logits that decide each by itself
  classes, ///< each row is of one class: precision, recall, F1, AUC and confusion
  labels,  ///< outputs say yes or no, each by itself: the same for each of them
  numbers, ///< MAE, RMSE, R2 and MAPE
};

/// It follows from the loss and from what the outputs are; class scores also need labels that are classes.
score_kind score_kind_of(const std::vector<output_meaning>& outputs, const nn::objective& loss);

/// The model as a row_worker measures it: with the loss that it was trained with, or else the one that its outputs
/// suggest; with the metrics of its job, and of a single output that decides also those that every classifier is asked
/// for. @param source of the rows, which says whether they have weights
/// @throws failure (model) when the loss is not supported
row_model measured_model(const known_model& model, const std::vector<output_meaning>& outputs, const spec& source);

/// Whether one of them has this name.
bool has_metric(const std::vector<spec>& metrics, const char* name);

/// Whether the first output is a logit.
bool is_from_logits(const nn::objective& loss);

} // namespace dk
