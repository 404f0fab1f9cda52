#pragma once

#include <caf/timespan.hpp>
#include <chrono>
#include <cmath>

namespace dk {

/// Seconds as the virtual clock counts them: rounded to nanoseconds.
inline caf::timespan virtual_seconds(double seconds) {
  return caf::timespan{std::llround(seconds * 1e9)};
}

} // namespace dk
