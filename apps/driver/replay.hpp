#pragma once

#include <string>

namespace dk {

/// `dk_driver replay RUN`: rebuilds the center of a recorded run, or replays its schedule under another rule.
struct replay_options {
  std::string run;       ///< its folder
  std::string algorithm; ///< replay under this one; empty: under the run's own
  std::string policy;    ///< replay under this one; empty: what the algorithm prefers, or the run's own
  std::string out;       ///< the replay's folder; empty: runs/<time>-<name>-replay, where there is another rule
  bool json = false;
  bool quiet = false;
};

/// @return the exit status. @throws failure
int replay_command(const replay_options& options);

} // namespace dk
