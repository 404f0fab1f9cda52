#pragma once

#include "jobs/sweep/sweep_folder.hpp"

#include <functional>
#include <string>

namespace dk {

/// Draws the loss over trained rows into the sweep's folder, with a curve for each point of the grid: the mean of its
/// finished runs. Needs gnuplot. @param note hears what is left out: one line each
/// @return the path of the picture; empty where there was nothing to draw. @throws failure (resources)
std::string draw_sweep(const sweep_plan& plan, const sweep_folder& folder, bool simulates,
                       const std::function<void(const std::string&)>& note);

} // namespace dk
