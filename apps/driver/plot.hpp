#pragma once

#include <string>
#include <vector>

namespace dk {

/// `dk_driver plot`: the course of one or several runs as a picture.
struct plot_options {
  std::vector<std::string> runs; ///< their folders
  std::string out;               ///< .svg or .png; empty: plot.svg in the first run's folder
  std::string what = "all";      ///< a quantity (apps/driver/chart.hpp), or all
  std::string against = "time";  ///< an axis
};

/// Prints the path of the picture. @return the exit status. @throws failure
int plot_command(const plot_options& options);

} // namespace dk
