#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

#include <set>

using namespace dk;
using namespace dk::test;

namespace {

// Chunks so many and so slow that a run is still under way when it is asked to stop: it takes a second or more, and
// progress is told five times a second.
job long_job(const std::string& algorithm) {
  auto which = small_job(algorithm, workers_of(algorithm, 3));
  which.model.layers.insert(which.model.layers.begin(), {"dense", {{"units", 4000}}});
  which.trainer.servers = servers_of(algorithm, 2);
  which.trainer.epochs = 16;
  which.trainer.batch_size = 2;
  which.trainer.communication_window = 1;
  which.trainer.optimizer = {"sgd", {{"learning_rate", 0.01}}};
  return which;
}

// Runs until some rows are in, then asks it to stop.
run_result run_and_stop(const job& which, const data::dataset& rows, run_options options) {
  std::atomic<bool> stop{false};
  options.stop = &stop;
  options.progress = [&](const run_progress& now) { stop = stop || now.numbers.rows > 0; };
  return train(which, rows, options);
}

} // namespace

TEST_CASE("a run that was stopped goes on from its checkpoints", "[runtime][resume]") {
  const auto rows = plane(1000);
  for (const std::string algorithm : {"adag", "aeasgd", "single"}) {
    INFO(algorithm);
    const temporary_folder folder;
    const auto which = long_job(algorithm);
    run_options options;
    options.folder = make_run_folder(folder.path("run"), "resume");
    const auto before = run_and_stop(which, rows, options);
    INFO(to_string(before.rows));
    CHECK(before.stopped);
    CHECK(before.rows.balanced());
    CHECK(before.rows.expected > 0);
    REQUIRE(before.rows.expected < 16000);

    const auto state = read_checkpoints(options.folder->checkpoints());
    CHECK(state.session == 0);
    CHECK(state.done().rows(state.shards[0].grid) == before.rows.applied);
    std::vector<float> saved;
    for (const auto& shard : state.shards)
      saved.insert(saved.end(), shard.weights.begin(), shard.weights.end());
    CHECK(saved == std::vector<float>(before.weights.begin(), before.weights.end()));

    options.resume = &state;
    const auto after = train(which, rows, options);
    INFO(to_string(after.rows));
    CHECK_FALSE(after.stopped);
    CHECK(after.rows.balanced());
    CHECK(after.rows.expected == 16000);
    CHECK(after.rows.applied == 16000);
    CHECK(before.numbers.rows + after.numbers.rows == 16000);
    CHECK(before.numbers.updates + after.numbers.updates == 8000);
    for (const auto version : after.versions)
      CHECK(version == 8000);
    CHECK(evaluate(which, after.weights, rows).loss() < 0.02);
    CHECK(read_checkpoints(options.folder->checkpoints()).session == 1);
  }
}

TEST_CASE("a job that is not the one of the checkpoint is refused", "[runtime][resume]") {
  const auto rows = plane(100);
  const temporary_folder folder;
  auto which = small_job("adag");
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "resume");
  train(which, rows, options);
  const auto state = read_checkpoints(options.folder->checkpoints());
  options.resume = &state;
  const auto refused = [&](const job& other, const data::dataset& with) {
    return failure_of(errc::checkpoint, [&] { train(other, with, options); });
  };
  CHECK(refused(which, plane(99)) == "the checkpoint is of 100 rows in chunks of 32; the job has 99 in chunks of 32");
  auto other = which;
  other.trainer.servers = 2;
  CHECK(refused(other, rows) == "the checkpoint has 1 shards; the job asks for trainer.servers = 2");
  other = which;
  other.model.layers.insert(other.model.layers.begin(), {"dense", {{"units", 4}}});
  CHECK(refused(other, rows) == "the checkpoint is of another model: its shard 0 has 3 weights, the job's has 17");
}

TEST_CASE("a run that is over has nothing left to resume", "[runtime][resume]") {
  const auto rows = plane(100);
  const temporary_folder folder;
  const auto which = small_job("dynsgd");
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "resume");
  const auto before = train(which, rows, options);
  const auto state = read_checkpoints(options.folder->checkpoints());
  options.resume = &state;
  const auto after = train(which, rows, options);
  CHECK(after.rows.balanced());
  CHECK(after.rows.applied == 100);
  CHECK(after.numbers.rows == 0);
  CHECK(std::vector<float>(after.weights.begin(), after.weights.end()) ==
        std::vector<float>(before.weights.begin(), before.weights.end()));
}
