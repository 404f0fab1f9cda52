#pragma once

#include <string>
#include <vector>

namespace dk {

/// `dk_driver prepare CONFIG`: reads a job's data once, and writes it to shards, transformed.
struct prepare_options {
  std::string config;
  std::vector<std::string> settings;
  std::string nodes; ///< host:port,host:port; empty: those of the config, or else here
  std::string out;   ///< the folder, in which `train` and `test` are made
  bool pack = false;
};

/// @return the exit status. @throws failure
int prepare_command(const prepare_options& options);

} // namespace dk
