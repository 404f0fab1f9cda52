#pragma once

#include "jobs/runs/run_job.hpp"
#include "runtime/replay/replay.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// Which run is replayed, and under which rule.
struct replay_request {
  std::string run;       ///< its folder
  std::string algorithm; ///< replay under this one; empty: under the run's own
  std::string policy;    ///< replay under this one; empty: what the algorithm prefers, or the run's own
};

/// A run and its replay, measured in the same way.
struct replayed_run {
  run_report original; ///< without measurements where the run ended early, or is still being trained
  run_report replay;
  bool same_rule = true;
  std::optional<center_difference> center; ///< between the centers at the end; nothing under another rule, or where the
                                           ///< run ended early or is still being trained
  std::string end_file;                    ///< where the run has its last center
  std::string owner;                       ///< who is still training the run; empty: nobody
  std::vector<std::uint64_t> versions;     ///< of the shards, where the log ends
  std::string arithmetic;                  ///< by what the run was computed; empty: by an older dk, which did not say
};

/// Does all that `dk_driver replay RUN` does: rebuilds the center from the log of commits, or follows its schedule
/// under another rule. The replay gets a folder, `options.out` or runs/<time>-<name>-replay, under another rule or
/// where `options.out` is given. It cannot be stopped in order: `options.stop` must be null.
/// @throws failure (usage) for an unknown algorithm or policy; as replay
replayed_run replay_run(const replay_request& request, const job_options& options = {});

} // namespace dk
