#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace dk {

/// µs per call: the median of 9 rounds that take about `seconds` together, a fifth of which warms up.
template <class Step>
double microseconds(Step step, double seconds = 2.5) {
  using clock = std::chrono::steady_clock;
  const auto seconds_of = [&](std::size_t calls) {
    const auto from = clock::now();
    for (std::size_t i = 0; i < calls; ++i)
      step();
    return std::chrono::duration<double>(clock::now() - from).count();
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

} // namespace dk
