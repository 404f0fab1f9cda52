#pragma once

#include <string>

namespace dk {

/// `dk_driver evaluate`: mean loss, accuracy and scores per class of a model on data.
struct evaluate_options {
  std::string model;   ///< a run's folder or a model file
  std::string weights; ///< a file to take a model file's weights from; empty: its own
  std::string data;    ///< a path, or a TOML source as in [data]; empty: the run's test data
  std::string nodes;   ///< host:port,host:port; empty: the cores of this host
  bool json = false;
};

/// @return the exit status. @throws failure
int evaluate_command(const evaluate_options& options);

} // namespace dk
