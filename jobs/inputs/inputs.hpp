#pragma once

#include "data/dataset.hpp"
#include "data/pipeline.hpp"
#include "runtime/config/job.hpp"

#include <optional>

namespace dk {

/// The rows that a job names, read and transformed as fitted to those that are trained.
struct job_data {
  data::dataset train;
  std::optional<data::dataset> validation; ///< held out of the training rows, or of a source of their own
  std::optional<data::dataset> test;
  data::pipeline fitted;
  std::optional<spec> source; ///< `data.train`, with the columns listed that its features are made of
};

/// What a model file gives a training to start from.
struct model_start {
  block weights; ///< empty where the file has none
  block moments; ///< of its optimizer, where somebody goes on with them
};

/// Puts the layers of the file that `model.keras` names into the job, and what it says about its training where the
/// config does not. @return the weights of that file, or of `model.weights`, to start from; empty where there are none.
/// @throws failure (model)
model_start resolve_model(job& which);

/// @param fitted what the transforms have been fitted to already; null: they are fitted to the training rows
/// @throws failure (data, config)
job_data read_data(const job& which, const data::pipeline* fitted = nullptr);

/// The training rows alone, as another process of the run has fitted them. @throws as read_data
data::dataset read_training_rows(job which, const data::pipeline& fitted);

/// Fits the transforms to training rows, and applies them to these and to those that are held out. @return all that the
/// rows have been through, what they were prepared with before that included. @throws failure (data, config)
data::pipeline fit_rows(const spec& source, const std::vector<spec>& transforms, data::table& training,
                        data::table* held_out = nullptr);

/// What of a run's pipeline is still to be applied to the rows of a source: all of it, or, where they were prepared,
/// what comes after. @throws failure (data) where they were prepared in another way
data::pipeline still_to_apply(const data::pipeline& fitted, const spec& source);

} // namespace dk
