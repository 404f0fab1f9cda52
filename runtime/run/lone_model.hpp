#pragma once

#include "actors/protocol/chunk.hpp"
#include "data/dataset.hpp"
#include "data/shuffle.hpp"
#include "runtime/config/job.hpp"

#include <vector>

namespace dk {

/// A model that is trained by one worker alone.
struct lone_model {
  job which; ///< with a seed of its own
  data::dataset rows;
  data::sampling sampling = data::sampling::every_row;
  chunk_grid grid;
};

/// The models that a job without a server trains: of `single` one, of `ensemble` one for each worker. None for a job
/// with servers, whose workers share one. @throws failure (config)
std::vector<lone_model> lone_models_of(const job& which, const data::dataset& rows);

/// The job of model `index` of an ensemble.
job job_of_model(const job& which, std::size_t index);

} // namespace dk
