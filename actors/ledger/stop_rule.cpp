#include "actors/ledger/stop_rule.hpp"

#include <algorithm>

namespace dk {

stop_watch::stop_watch(const stop_rule& rule, const chunk_grid& grid)
    : rule_(rule), enough_(static_cast<std::size_t>(std::min<std::uint64_t>(100, grid.chunks_per_epoch()))) {}

void stop_watch::add(const chunk_report& report) {
  newest_.push_back(report);
  if (newest_.size() > enough_)
    newest_.pop_front();
}

bool stop_watch::is_reached(std::uint64_t rows, double seconds) const {
  if (rows >= rule_.rows || is_late(seconds))
    return true;
  if (newest_.size() < enough_)
    return false;
  double loss = 0;
  double correct = 0;
  double decisions = 0;
  double of = 0;
  for (const auto& report : newest_) {
    loss += report.loss_sum;
    correct += static_cast<double>(report.correct);
    decisions += static_cast<double>(report.decisions);
    of += static_cast<double>(report.rows);
  }
  return loss / of <= rule_.loss || correct / decisions >= rule_.accuracy;
}

} // namespace dk
