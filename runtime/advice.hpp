#pragma once

#include "runtime/job.hpp"

#include <string>
#include <vector>

namespace dk {

/// A line for each thing that will probably make this run diverge, with what to do; none where docs/experiments.md, on
/// which the bounds rest, found that runs converge.
std::vector<std::string> advice_on(const job& which);

} // namespace dk
