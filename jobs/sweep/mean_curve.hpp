#pragma once

#include "jobs/plots/series.hpp"

#include <vector>

namespace dk {

/// Several runs of one point as one curve: loss and accuracy over rows, each the mean of the runs at as many trained
/// rows, from where all have begun to where the first ends. What the finished models were worth is a mean, too, where
/// all runs say it. A single run stays as it is. Requires a run, and points in each.
run_series mean_curve(const std::vector<run_series>& runs);

} // namespace dk
