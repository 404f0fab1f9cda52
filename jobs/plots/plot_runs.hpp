#pragma once

#include <functional>
#include <string>
#include <vector>

namespace dk {

/// Which runs are drawn, and what of them.
struct plot_request {
  std::vector<std::string> runs; ///< their folders
  std::string out;               ///< .svg or .png; empty: plot.svg in the first run's folder
  std::string what = "all";      ///< a quantity (jobs/plots/chart.hpp), or all
  std::string against = "time";  ///< an axis
};

/// Does all that `dk_driver plot` does: draws the course of one or several runs, with gnuplot.
/// @param note hears what is left out, and why: one line each; may be empty
/// @return the path of the picture. @throws failure (usage, checkpoint, resources)
std::string plot_runs(const plot_request& request, const std::function<void(const std::string&)>& note = {});

} // namespace dk
