#pragma once

#include <string>
#include <vector>

namespace dk {

/// `dk_driver simulate CONFIG ...`: runs a job in the laboratory. The fields are the options of the command line.
struct simulate_options {
  std::string config;
  std::vector<std::string> settings;
  std::string out;
  bool print_config = false;
  bool json = false;
  bool quiet = false;
};

/// @return the exit status. @throws failure
int simulate_command(const simulate_options& options);

} // namespace dk
