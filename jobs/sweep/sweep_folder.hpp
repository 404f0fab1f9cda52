#pragma once

#include "jobs/sweep/sweep_plan.hpp"
#include "runtime/record/run_folder.hpp"

#include <memory>
#include <string>

namespace dk {

class run_lock;

/// The folder of a sweep, with a folder for each run in it.
struct sweep_folder {
  std::string path;
  std::shared_ptr<const run_lock> owner; ///< no other process sweeps there as long as this lives

  std::string plan() const { return path + "/sweep.json"; } ///< what was asked for
  std::string picture() const { return path + "/sweep.svg"; }
  run_folder run(const sweep_run& one) const { return {path + '/' + one.name}; }
};

/// Makes a folder for a sweep, or opens that of the same sweep, which goes on; and owns it.
/// @param wanted empty: runs/<time>-<name>-sweep
/// @throws failure (usage) where it holds something else, or another sweep, and says in what that differs; (checkpoint)
/// where another process sweeps in it, or sweep.json is damaged; (resources)
sweep_folder open_sweep(const std::string& wanted, const sweep_request& request, const sweep_plan& plan);

/// How far a run of a sweep is.
enum class sweep_progress {
  open,    ///< nothing of it is there
  begun,   ///< it has a checkpoint to go on from
  partial, ///< what is there cannot be gone on with: it starts again
  finished ///< it has a result, and was not stopped before
};

/// @throws failure (checkpoint) where its result is damaged
sweep_progress progress_of(const run_folder& folder, bool simulates);

/// Removes what a simulated run left that was stopped: there is nothing in it to go on from.
/// @throws failure (checkpoint) where another process is at work in it
void discard_partial(run_folder folder);

} // namespace dk
