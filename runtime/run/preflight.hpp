#pragma once

#include "actors/protocol/chunk.hpp"
#include "data/dataset.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/record/checkpoint.hpp"

#include <cstddef>
#include <vector>

namespace dk {

/// Says before a run starts what cannot work: a model that does not fit the data, labels out of range, more workers
/// than rows or than memory, ...
/// @throws failure (shape, data, config, resources)
void check_job(const job& which, const data::dataset& rows);

/// Checks that a run which stood there can go on as this job, perhaps to another number of epochs.
/// @throws failure (checkpoint); (config) when it has trained more epochs than the job has
void check_resume(const job& which, const data::dataset& rows, const resume_state& from);

} // namespace dk
