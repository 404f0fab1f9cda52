#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace dk {

/// Median of 9 rounds of about 0.2 s, µs per call, after a warm-up of about 0.5 s.
template <class Step>
double microseconds(Step step) {
  using clock = std::chrono::steady_clock;
  const auto seconds_of = [&](std::size_t calls) {
    const auto from = clock::now();
    for (std::size_t i = 0; i < calls; ++i)
      step();
    return std::chrono::duration<double>(clock::now() - from).count();
  };
  std::size_t calls = 1;
  double seconds = 0;
  for (double warm = 0; warm < 0.5; warm += seconds) {
    seconds = seconds_of(calls);
    calls = std::max<std::size_t>(1, static_cast<std::size_t>(0.2 * static_cast<double>(calls) / seconds));
  }
  std::vector<double> rounds(9);
  for (auto& round : rounds)
    round = 1e6 * seconds_of(calls) / static_cast<double>(calls);
  std::sort(rounds.begin(), rounds.end());
  return rounds[4];
}

} // namespace dk
