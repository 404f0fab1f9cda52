#pragma once

#include <string>

namespace dk {

/// `dk_driver export`: a model in another format.
struct export_options {
  std::string model;   ///< a run's folder or a model file
  std::string weights; ///< a file to take a model file's weights from; empty: its own
  std::string out;     ///< its ending says the format
};

/// Prints the path of what was written. @return the exit status. @throws failure
int export_command(const export_options& options);

} // namespace dk
