#pragma once

#include "runtime/config/job.hpp"
#include "runtime/record/checkpoint.hpp"
#include "runtime/record/run_folder.hpp"

#include <string>
#include <vector>

namespace dk {

/// The job that a run goes on with: that of its folder, with settings that may change what is still to come.
/// @throws failure (config) for settings of what cannot change any more, by name; as load_job
job job_to_go_on(const run_folder& folder, const std::vector<std::string>& settings);

/// Whether all chunks of all epochs of the job are done, and the results are written.
bool is_finished(const resume_state& state, const job& which, const run_folder& folder);

/// "RUN is finished ...", and how to go on.
std::string finished_text(const job& which, const run_folder& folder);

/// Keeps the number of epochs in the run's config. @throws failure (resources)
void keep_epochs(const job& which, const run_folder& folder);

} // namespace dk
