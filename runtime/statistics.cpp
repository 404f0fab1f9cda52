#include "runtime/statistics.hpp"

#include <limits>

namespace dk {

namespace {

constexpr std::size_t remembered = 100;

template <class Part>
double mean_over_rows(const std::deque<chunk_report>& reports, Part part) {
  double sum = 0;
  double rows = 0;
  for (const auto& report : reports) {
    sum += part(report);
    rows += static_cast<double>(report.rows);
  }
  return rows > 0 ? sum / rows : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

void run_statistics::add(const chunk_report& report) {
  rows += report.rows;
  ++chunks;
  auto& worker = workers[report.worker];
  ++worker.chunks;
  worker.rows += report.rows;
  worker.computing_seconds += report.computing_seconds;
  worker.waiting_seconds += report.waiting_seconds;
  recent.push_back(report);
  if (recent.size() > remembered)
    recent.pop_front();
}

void run_statistics::add(const commit_record& record) {
  switch (record.kind) {
  case verdict_kind::applied:
    updates += record.shard == 0 ? 1 : 0;
    ++staleness[record.staleness];
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
    ++losses;
}

double run_statistics::recent_loss() const {
  return mean_over_rows(recent, [](const chunk_report& r) { return double{r.loss_sum}; });
}

double run_statistics::recent_accuracy() const {
  return mean_over_rows(recent, [](const chunk_report& r) { return static_cast<double>(r.correct); });
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
