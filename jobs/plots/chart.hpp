#pragma once

#include "jobs/plots/series.hpp"

#include <string>
#include <vector>

namespace dk {

/// A quantity that a panel shows.
struct quantity {
  const char* name;  ///< as --what has it
  const char* title; ///< of the panel, with its unit
  double curve_point::*value;
  double end_metrics::*at_end; ///< of the finished model; null: there is none
};

/// What the curves are drawn against.
struct axis {
  const char* name; ///< as --against has it
  double curve_point::*value;
};

const std::vector<quantity>& quantities();
const std::vector<axis>& axes();

/// Why the run's folder does not say enough for this; empty when it does.
std::string why_unknown(const run_series& run, const quantity& what);
std::string why_unknown(const run_series& run, const axis& against);

enum class picture_kind { svg, png };

/// A script for gnuplot that draws one panel per quantity, with a curve per run in each that knows it, and under them a
/// legend for all. Every run must know the axis.
std::string chart_script(const std::vector<run_series>& runs, const std::vector<quantity>& what, const axis& against,
                         picture_kind kind);

} // namespace dk
