#include "runtime/laboratory/opening_times.hpp"

#include "runtime/laboratory/staff.hpp"
#include "runtime/laboratory/virtual_seconds.hpp"

#include <algorithm>

namespace dk {

opening_times opening_times_of(const job& which, double rows_bytes, double center_bytes) {
  const auto& world = which.laboratory;
  const auto seconds_of = [&](double bytes) { return bytes > 0 && world.bandwidth > 0 ? bytes / world.bandwidth : 0; };
  const auto receivers = static_cast<double>(std::min(world.hosts, which.trainer.workers)); // those with a worker
  double now = rows_bytes > 0 ? seconds_of(rows_bytes * receivers) + world.latency : 0;
  opening_times times;
  times.rows = virtual_seconds(now);
  for (std::uint32_t worker = 0; worker < which.trainer.workers; ++worker)
    if (is_there_first(world, worker)) {
      now += seconds_of(center_bytes) + world.latency;
      times.workers[worker] = virtual_seconds(now);
    }
  return times;
}

} // namespace dk
