#pragma once

#include <string>
#include <vector>

namespace dk {

/// `dk_driver CONFIG ...`: trains a job. The fields are the options of the command line.
struct train_options {
  std::string config;
  std::vector<std::string> settings;
  std::string nodes;
  std::string out;
  std::string resume;
  bool dry_run = false;
  bool print_config = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

/// @return the exit status. @throws failure
int train_command(const train_options& options);

} // namespace dk
