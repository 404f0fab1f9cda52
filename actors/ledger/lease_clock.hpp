#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace dk {

/// Knows since when each lease is out, and how long one may be: 10 seconds or 10 times the median of the newest,
/// whichever is more. A lease that ran out doubles the patience with all others, so that slow is not taken for dead
/// forever.
class lease_clock {
public:
  using time_point = std::chrono::steady_clock::time_point;

  void begin(std::uint64_t lease, time_point now) { since_[lease] = now; }

  /// The worker brought it back: how long it took counts.
  void end(std::uint64_t lease, time_point now);

  /// It is over in another way.
  void forget(std::uint64_t lease) { since_.erase(lease); }

  /// The leases that are out for too long; they are forgotten.
  std::vector<std::uint64_t> take_overdue(time_point now);

  double allowed_seconds() const;

private:
  std::map<std::uint64_t, time_point> since_;
  std::deque<double> newest_; // how long they took
  double patience_ = 1;
};

} // namespace dk
