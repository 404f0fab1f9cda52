#pragma once

#include "runtime/config/job.hpp"

#include <string>
#include <vector>

namespace dk {

/// What a person should know before this run starts, a line each: why it will probably diverge, and what to do, unless
/// nothing is computed; which key has no effect.
std::vector<std::string> advice_on(const job& which);

} // namespace dk
