#include "actors/ledger/lease_clock.hpp"

#include <algorithm>

namespace dk {

namespace {

constexpr std::size_t remembered = 100;

double seconds_between(lease_clock::time_point from, lease_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

} // namespace

void lease_clock::end(std::uint64_t lease, time_point now) {
  const auto since = since_.find(lease);
  if (since == since_.end())
    return;
  newest_.push_back(seconds_between(since->second, now));
  if (newest_.size() > remembered)
    newest_.pop_front();
  since_.erase(since);
}

double lease_clock::allowed_seconds() const {
  if (newest_.empty())
    return 600 * patience_; // nobody has finished a chunk yet: there is nothing to compare with
  auto sorted = std::vector<double>(newest_.begin(), newest_.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return std::max(10.0, 10 * *middle) * patience_;
}

std::vector<std::uint64_t> lease_clock::take_overdue(time_point now) {
  const auto allowed = allowed_seconds();
  std::vector<std::uint64_t> overdue;
  for (const auto& [lease, since] : since_)
    if (seconds_between(since, now) >= allowed)
      overdue.push_back(lease);
  for (const auto lease : overdue)
    since_.erase(lease);
  if (!overdue.empty())
    patience_ *= 2;
  return overdue;
}

} // namespace dk
