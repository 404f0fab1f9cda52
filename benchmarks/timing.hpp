#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <vector>

namespace dk {

namespace detail {

template <class Now, class Step>
double median_microseconds(Now now, Step step, double seconds) {
  const auto seconds_of = [&](std::size_t calls) {
    const double from = now();
    for (std::size_t i = 0; i < calls; ++i)
      step();
    return std::max(1e-9, now() - from);
  };
  const auto round_seconds = 0.8 * seconds / 9;
  std::size_t calls = 1;
  double took = 0;
  for (double warm = 0; warm < 0.2 * seconds; warm += took) {
    took = seconds_of(calls);
    calls = std::max<std::size_t>(1, static_cast<std::size_t>(round_seconds * static_cast<double>(calls) / took));
  }
  std::vector<double> rounds(9);
  for (auto& round : rounds)
    round = 1e6 * seconds_of(calls) / static_cast<double>(calls);
  std::sort(rounds.begin(), rounds.end());
  return rounds[4];
}

} // namespace detail

/// µs per call: the median of 9 rounds that take about `seconds` together, a fifth of which warms up.
template <class Step>
double microseconds(Step step, double seconds = 2.5) {
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  return detail::median_microseconds(now, step, seconds);
}

/// The same in the time that the calling thread is given, for what computes on this thread alone: on a machine that is
/// shared, others who take their turns do not count.
template <class Step>
double thread_microseconds(Step step, double seconds = 2.5) {
  const auto now = [] {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
  };
  return detail::median_microseconds(now, step, seconds);
}

} // namespace dk
