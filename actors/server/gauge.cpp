#include "actors/server/gauge.hpp"

#include <algorithm>
#include <cmath>

namespace dk {

namespace {

constexpr std::uint64_t enough = 64; // measured commits of a run: up to here all are
constexpr std::uint64_t rarest = 32;
constexpr std::uint64_t span = 100; // versions

// Spreads the measured chunks out, so that they keep no step with workers who take turns.
std::uint64_t scattered(std::uint64_t number) {
  number *= 0x9e3779b97f4a7c15U; // 2^64 over the golden ratio
  return number >> 40U;
}

} // namespace

gauge::gauge(const chunk_grid& grid, const center& start)
    : one_in_(std::clamp<std::uint64_t>(grid.chunks() / enough, 1, rarest)), before_(start), next_(start) {}

bool gauge::wants(std::uint64_t number) const {
  return scattered(number) % one_in_ == 0;
}

commit_lengths gauge::measure(const delta& what, const center& now, const block& base, bool descends) const {
  const auto* const at = now.weights.data();
  const auto sums = what.measure(at, base.empty() ? at : base.data(), before_.weights.data());
  if (!std::isfinite(sums.update + sums.distance + sums.movement + sums.along))
    return {}; // too long for float32: what comes of it is refused soon
  return {true, !base.empty(), sums.update, sums.distance, sums.movement, descends ? -sums.along : sums.along};
}

void gauge::follow(const center& now) {
  if (now.version < next_.version + span)
    return;
  before_ = std::move(next_);
  next_ = now;
}

} // namespace dk
