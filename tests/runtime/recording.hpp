#pragma once

#include "runtime/laboratory/laboratory.hpp"
#include "runtime/replay/replay.hpp"
#include "tests/blocks.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

#include <optional>
#include <tuple>

namespace dk::test {

// Chunks of 21 rows and a last one of 6, a single batch.
inline job recorded_job(const std::string& algorithm, std::size_t workers, std::size_t servers) {
  auto which = blob_job(algorithm, workers);
  which.seed = 11;
  which.model.layers = {{"dense", {{"units", 12}, {"activation", "relu"}}},
                        {"dropout", {{"rate", 0.25}}},
                        {"dense", {{"units", 2}, {"activation", "softmax"}}}};
  which.trainer.servers = servers;
  which.trainer.epochs = 3;
  which.trainer.batch_size = 7;
  which.trainer.communication_window = 3;
  which.trainer.optimizer = {"adam", {{"learning_rate", 0.01}}};
  return which;
}

enum class run_in { real_time, virtual_time };

// A run and its log. In real time it is by chance whether a worker misses what others commit; in virtual time equal
// workers all do, and every run is the same.
struct recording {
  explicit recording(job which, std::size_t count = 90, run_in time = run_in::real_time)
      : what(std::move(which)), rows(blobs(count)) {
    run_options options;
    options.folder = make_run_folder(folder.path("run"), "recorded");
    result = time == run_in::virtual_time ? simulate(what, rows, options) : train(what, rows, options);
    log = read_commit_log(options.folder->commits());
  }

  run_result again(const job& under, const std::string& out = "") const {
    run_options options;
    if (!out.empty())
      options.folder = make_run_folder(folder.path(out), "replay");
    return replay(what, log, under, rows, options);
  }
  run_result again() const { return again(what); }

  job under(const std::string& algorithm) const {
    auto other = what;
    other.trainer.algorithm = chosen_algorithm{algorithm};
    other.trainer.policy = ""; // what the algorithm prefers
    return other;
  }

  temporary_folder folder;
  job what;
  data::dataset rows;
  run_result result;
  commit_log log;
};

// A run that is stopped and resumed.
struct resumable {
  explicit resumable(job which) : what(std::move(which)) {
    options.folder = make_run_folder(folder.path("run"), "recorded");
  }

  /// Starts it, or lets it go on, until so many rows are trained; 0: to its end.
  run_result start_until(std::size_t count) {
    auto now = what;
    if (count > 0)
      now.trainer.stop = {{"rows", count}};
    state = started ? std::optional{checkpoints()} : std::nullopt;
    options.resume = state ? &*state : nullptr;
    started = true;
    return train(now, rows, options);
  }

  /// Three starts in all. Before the last it was stopped in order, or fell back to its first checkpoint, as after a
  /// crash. @return what the last came to
  run_result start_three_times(bool was_killed) {
    start_until(60);
    const auto early = checkpoints();
    start_until(150);
    const auto result = was_killed ? start_from(early) : start_until(0);
    const auto restarts = log().restarts;
    REQUIRE(restarts.size() == 2);
    REQUIRE((restarts[1].shards[0].version == restarts[0].shards[0].version) == was_killed);
    return result;
  }

  commit_log log() const { return read_commit_log(options.folder->commits()); }

  /// Lets it go on from an older checkpoint, as after a crash.
  run_result start_from(const resume_state& older) {
    options.resume = &older;
    return train(what, rows, options);
  }

  resume_state checkpoints() const { return read_checkpoints(options.folder->checkpoints()); }

  temporary_folder folder;
  job what;
  data::dataset rows = blobs(90);
  run_options options;
  std::optional<resume_state> state;
  bool started = false;
};

using schedule_line =
    std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t, std::uint64_t, std::uint64_t, verdict_kind>;

// Who, when, which rows, which base: the lines of each shard in their order.
inline std::vector<schedule_line> schedule_of(const commit_log& log) {
  std::vector<schedule_line> all;
  for (std::uint32_t shard = 0; shard < log.servers; ++shard)
    for (const auto& one : log.commits)
      if (const auto& r = one.what; r.shard == shard)
        all.emplace_back(shard, r.worker, r.chunk.epoch, r.chunk.index, r.base, r.version, r.kind);
  return all;
}

} // namespace dk::test
