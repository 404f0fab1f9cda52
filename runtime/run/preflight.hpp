#pragma once

#include "actors/protocol/chunk.hpp"
#include "data/dataset.hpp"
#include "runtime/config/job.hpp"
#include "runtime/record/checkpoint.hpp"

#include <cstddef>
#include <vector>

namespace dk {

/// How a job cuts its rows into chunks.
chunk_grid grid_of(const job& which, std::size_t rows);

/// Where the center is cut into shards: the offsets of `servers` nearly equal slices, and the end.
std::vector<std::size_t> shard_offsets(std::size_t weights, std::size_t servers);

/// Says before a run starts what cannot work: a model that does not fit the data, labels out of range, more workers
/// than rows or than memory, ...
/// @throws failure (shape, data, config, resources)
void check_job(const job& which, const data::dataset& rows);

/// Checks that a run which stood there can go on as this job, perhaps to another number of epochs.
/// @throws failure (checkpoint); (config) when it has trained more epochs than the job has
void check_resume(const job& which, const data::dataset& rows, const resume_state& from);

} // namespace dk
