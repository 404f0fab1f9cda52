#pragma once

#include "data/dataset.hpp"
#include "data/pipeline.hpp"
#include "runtime/job.hpp"

#include <optional>

namespace dk {

/// The rows that a job names, read and transformed as fitted to those that are trained.
struct job_data {
  data::dataset train;
  std::optional<data::dataset> validation; ///< held out of the training rows
  std::optional<data::dataset> test;
  data::pipeline fitted;
};

/// Puts the layers of the file that `model.keras` names into the job. @return the weights of that file, to start from;
/// empty where the job has layers of its own. @throws failure (model)
block resolve_model(job& which);

/// @throws failure (data, config)
job_data read_data(const job& which);

/// One source through a run's transforms. @throws failure (data, config, checkpoint)
data::dataset read_source(const spec& source, const data::pipeline& fitted);

} // namespace dk
