#pragma once

#include "runtime/config/job.hpp"

#include <string>

namespace dk {

/// Why this run will probably diverge, and what to do, on a line; "" where nothing is known against it, or nothing is
/// computed.
std::string advice_on(const job& which);

} // namespace dk
