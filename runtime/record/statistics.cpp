#include "runtime/record/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dk {

namespace {

constexpr std::size_t remembered = 100;

nn::loss_sums sums_of(const std::deque<chunk_report>& reports) {
  nn::loss_sums sums;
  for (const auto& report : reports)
    sums += nn::loss_sums{report.loss_sum, report.correct, report.rows, report.decisions};
  return sums;
}

} // namespace

void commit_statistics::add(const commit_record& applied) {
  ++commits_;
  staleness_ += applied.staleness;
  max_staleness_ = std::max(max_staleness_, applied.staleness);
  scale_ += applied.scale;
  const auto& lengths = applied.lengths;
  if (!lengths.measured)
    return;
  measured_ += applied.shard == 0 ? 1 : 0;
  update_ += lengths.update;
  if (lengths.knows_base) {
    with_base_ += applied.shard == 0 ? 1 : 0;
    distance_ += lengths.distance;
  }
  if (lengths.movement > 0) {
    moved_update_ += lengths.update;
    movement_ += lengths.movement;
    along_ += lengths.along;
  }
}

double commit_statistics::mean_staleness() const {
  return commits_ > 0 ? static_cast<double>(staleness_) / static_cast<double>(commits_) : 0;
}

double commit_statistics::mean_scale() const {
  return commits_ > 0 ? scale_ / static_cast<double>(commits_) : 0;
}

std::optional<double> commit_statistics::update_norm() const {
  if (measured_ == 0)
    return std::nullopt;
  return std::sqrt(update_ / static_cast<double>(measured_));
}

std::optional<double> commit_statistics::distance() const {
  if (with_base_ == 0)
    return std::nullopt;
  return std::sqrt(distance_ / static_cast<double>(with_base_));
}

std::optional<double> commit_statistics::cosine() const {
  if (moved_update_ <= 0 || movement_ <= 0)
    return std::nullopt;
  return along_ / std::sqrt(moved_update_ * movement_);
}

void run_statistics::add(const chunk_report& report) {
  rows += report.rows;
  ++chunks;
  auto& worker = workers[report.worker];
  ++worker.chunks;
  worker.rows += report.rows;
  worker.computing_seconds += report.computing_seconds;
  worker.waiting_seconds += report.waiting_seconds;
  worker.sent_bytes += report.sent_bytes;
  worker.received_bytes += report.received_bytes;
  const nn::loss_sums measured{report.loss_sum, report.correct, report.rows, report.decisions};
  auto& epoch = epochs[report.chunk.epoch];
  epoch.all += measured;
  epoch.workers[report.worker] += measured;
  recent.push_back(report);
  if (recent.size() > remembered)
    recent.pop_front();
}

void run_statistics::add(const commit_record& record) {
  switch (record.kind) {
  case verdict_kind::applied:
    updates += record.shard == 0 ? 1 : 0;
    ++staleness[record.staleness];
    workers[record.worker].commits.add(record);
    break;
  case verdict_kind::duplicate:
    ++duplicates;
    break;
  case verdict_kind::fenced:
    ++fenced;
    break;
  case verdict_kind::rejected:
    ++rejected;
    break;
  }
}

void run_statistics::add(const run_event& event) {
  if (event.what == run_event::kind::worker_joined)
    ++workers_alive;
  if (event.what == run_event::kind::worker_left || event.what == run_event::kind::worker_lost)
    workers_alive -= workers_alive > 0 ? 1 : 0;
  if (event.what == run_event::kind::worker_lost)
    ++workers_lost;
}

double run_statistics::recent_loss() const {
  const auto sums = sums_of(recent);
  return sums.rows > 0 ? sums.loss() : std::numeric_limits<double>::quiet_NaN();
}

std::optional<double> run_statistics::recent_accuracy() const {
  return sums_of(recent).accuracy();
}

double run_statistics::mean_staleness() const {
  double sum = 0;
  double count = 0;
  for (const auto& [steps, commits] : staleness) {
    sum += static_cast<double>(steps) * static_cast<double>(commits);
    count += static_cast<double>(commits);
  }
  return count > 0 ? sum / count : 0;
}

} // namespace dk
