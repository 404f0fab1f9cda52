#pragma once

#include "service/attend/attempt.hpp"
#include "service/store/job_record.hpp"

#include <chrono>

namespace dk::service {

/// How often a job is tried, and when again.
struct retry_rule {
  std::int64_t most_failures = 3;             ///< the attempt that fails after so many is the last
  std::chrono::milliseconds first_wait{1000}; ///< four times as long after each further failure
};

/// The step that an attempt's end means for its job.
///   0                                  finished
///   after a cancel                     cancelled
///   2, 3, 4, 7, 9 (config, data, model, version, diverged)   failed: another attempt would meet the same
///   any other status, a signal         queued again, with a wait; after `most_failures` failed
///   no word (vanished)                 queued again; after `most_failures` lost
/// @param cause the last line of error of the process, "" for none
job_step step_after(const job_record& job, const attempt_status& attempt, const std::string& cause,
                    const retry_rule& rule, moment now);

/// The last line of a process's output that is an error of dk, "E_NODES ...", or else its last line; at most 500 bytes
/// of it, printable. "" where there is no output.
std::string cause_in(const std::string& output_path);

} // namespace dk::service
