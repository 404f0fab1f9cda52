#pragma once

#include "jobs/sweep/sweep_folder.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace dk {

/// How the runs of a sweep are done.
struct sweep_manner {
  std::string config;
  bool simulates = false;
  std::size_t jobs = 1;                          ///< how many at a time
  std::function<void(const std::string&)> tell;  ///< hears of each beginning and end: one line
  std::function<void(const std::string&)> alarm; ///< hears of each run that failed: one line
};

/// What came of them.
struct sweep_outcome {
  std::size_t failed = 0; ///< runs
  int status = 0;         ///< the exit status of the first that failed
};

/// Does what is left to do of a sweep, each run in a dk_driver of its own. Once stop_flag() is set it passes the signal
/// on, starts no more, and returns when all have ended. @throws failure (resources, checkpoint)
sweep_outcome do_runs(const sweep_plan& plan, const sweep_folder& folder, const sweep_manner& how);

} // namespace dk
