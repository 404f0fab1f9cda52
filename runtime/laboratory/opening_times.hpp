#pragma once

#include "runtime/config/job.hpp"

#include <caf/timespan.hpp>
#include <cstdint>
#include <map>

namespace dk {

/// When the workers on hosts can start, counted from the start of the run.
struct opening_times {
  caf::timespan rows{0};                          ///< each host has received the rows
  std::map<std::uint32_t, caf::timespan> workers; ///< of those who are there first: each has received the first center
};

/// All of it comes over the network card of the driver: first the rows, to all hosts at the same time; then the first
/// center, to one worker after the other.
/// @param rows_bytes that each host receives @param center_bytes that each worker receives
/// Requires that the job has hosts.
opening_times opening_times_of(const job& which, double rows_bytes, double center_bytes);

} // namespace dk
