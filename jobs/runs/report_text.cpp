// What a person reads of a run.
#include "common/text.hpp"
#include "jobs/runs/report.hpp"
#include "runtime/config/job_rules.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dk {

namespace {

std::string cell(const std::optional<double>& value) {
  return value ? fmt::format("{:.3g}", *value) : "-";
}

// A line per worker: what it did, and how its commits lay to the center.
std::string worker_table(const std::map<std::uint32_t, worker_statistics>& workers) {
  constexpr std::size_t most = 32;
  auto text = fmt::format("{:>6} {:>9} {:>11} {:>9} {:>8} {:>9} {:>5} {:>8} {:>6} {:>8} {:>7} {:>8} {:>8}\n", "worker",
                          "chunks", "rows", "computing", "waiting", "staleness", "most", "distance", "scale", "update",
                          "cosine", "sent", "received");
  std::size_t shown = 0;
  for (const auto& [id, worker] : workers) {
    if (shown++ == most)
      return text + fmt::format("  ... and {} more, in result.json\n", workers.size() - most);
    const auto& commits = worker.commits;
    text +=
        fmt::format("{:>6} {:>9} {:>11} {:>7.2f} s {:>6.2f} s {:>9.2f} {:>5} {:>8} {:>6.3g} {:>8} {:>7} {:>8} {:>8}\n",
                    id, with_commas(worker.chunks), with_commas(worker.rows), worker.computing_seconds,
                    worker.waiting_seconds, commits.mean_staleness(), commits.max_staleness(), cell(commits.distance()),
                    commits.mean_scale(), cell(commits.update_norm()), cell(commits.cosine()),
                    size_text(worker.sent_per_exchange()), size_text(worker.received_per_exchange()));
  }
  return text;
}

std::string frozen_text(const job& which) {
  const auto weights = weights_of(which);
  if (!weights || weights->num_frozen() == 0)
    return "";
  const auto travel = exchanged_weights(which, *weights);
  return fmt::format("{} of {} weights are frozen{}\n", with_commas(weights->num_frozen()),
                     with_commas(weights->num_all()),
                     travel == 0 ? ""
                                 : fmt::format("; a commit carries {}, {} bytes", with_commas(travel),
                                               with_commas(travel * sizeof(float))));
}

// Ten bars at most: single steps while they are few, then ranges.
std::string histogram(const std::map<std::uint64_t, std::uint64_t>& counts) {
  if (counts.empty())
    return "";
  constexpr std::uint64_t bars = 10;
  const auto width = counts.rbegin()->first / bars + 1;
  std::map<std::uint64_t, std::uint64_t> grouped;
  std::uint64_t most = 1;
  for (const auto& [staleness, commits] : counts)
    most = std::max(most, grouped[staleness / width] += commits);
  std::string text;
  for (const auto& [group, commits] : grouped) {
    const auto label =
        width == 1 ? std::to_string(group) : fmt::format("{}-{}", group * width, (group + 1) * width - 1);
    text += fmt::format("  {:>9}  {:<30} {}\n", label, std::string((commits * 30 + most - 1) / most, '#'),
                        with_commas(commits));
  }
  return text;
}

} // namespace

std::string plan_text(const job& which, std::size_t rows, const std::string& where) {
  const auto grid = grid_of(which, rows);
  const auto& trainer = which.trainer;
  return fmt::format("{}, {} of {} ({} of {}); {} with {} {}\n", counted(rows, "row"), counted(trainer.epochs, "epoch"),
                     counted(grid.chunks_per_epoch(), "chunk"),
                     counted(trainer.communication_window, "batch", "batches"), trainer.batch_size,
                     trainer.algorithm.name(), counted(trainer.workers, "worker"), where);
}

std::string to_text(const run_report& report) {
  const auto& result = report.result;
  std::string text;
  if (report.test)
    text += fmt::format("test {} on {}\n", to_text(*report.test), counted(report.test->rows, "row"));
  if (report.validation)
    text += fmt::format("validation {} on {}\n", to_text(*report.validation),
                        counted(report.validation->rows, "held-out row"));
  if (result.best)
    text += fmt::format("best center: of epoch {:.2f}, in {}\n", double{result.best->epoch},
                        report.which.trainer.keep == "best" ? "model.h5" : "best.h5");
  text += fmt::format("trained {:.2f} s, {} rows/s, {}{}\n", result.training_seconds,
                      with_commas(static_cast<unsigned long long>(rows_per_second(result))),
                      counted(result.numbers.updates, "update"), result.stopped ? ", stopped before the end" : "");
  text += frozen_text(report.which);
  if (result.messages > 0)
    text += fmt::format(
        "simulated in {:.2f} s of real time, {} messages, {} a second\n", result.real_seconds,
        with_commas(result.messages),
        with_commas(static_cast<unsigned long long>(static_cast<double>(result.messages) / result.real_seconds)));
  if (!result.numbers.staleness.empty())
    text += fmt::format("staleness, mean {:.2f}:\n{}", result.numbers.mean_staleness(),
                        histogram(result.numbers.staleness)) +
            worker_table(result.numbers.workers);
  text += to_string(result.rows) + "\n";
  if (!report.folder.empty())
    text += "results in " + report.folder + "\n";
  return text;
}

} // namespace dk
