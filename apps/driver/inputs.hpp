#pragma once

#include "data/dataset.hpp"
#include "runtime/job.hpp"

#include <optional>

namespace dk {

/// The rows that a job names, read and transformed.
struct job_data {
  data::dataset train;
  std::optional<data::dataset> validation; ///< held out of the training rows
  std::optional<data::dataset> test;
};

/// Puts the layers of the file that `model.keras` names into the job, and what it says about its training where the
/// config does not. @return the weights of that file, or of `model.weights`, to start from; empty where there are none.
/// @throws failure (model)
block resolve_model(job& which);

/// @throws failure (data, config)
job_data read_data(const job& which);

/// One source through the job's transforms. @throws failure (data, config)
data::dataset read_source(const spec& source, const std::vector<spec>& transforms);

} // namespace dk
