#pragma once

#include "data/pipeline.hpp"
#include "runtime/config/job.hpp"
#include "runtime/record/run_folder.hpp"

#include <optional>

namespace dk {

/// What the transforms of a run were fitted to when it began. Nothing where its folder does not say: an older dk kept
/// no such file for transforms that learn nothing. @throws failure (checkpoint) when the file is damaged, or missing
/// though a transform of the job learns
std::optional<data::pipeline> fitted_pipeline(const run_folder& folder, const job& which);

} // namespace dk
