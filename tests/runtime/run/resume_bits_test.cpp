// A run that is stopped and goes on has the bits of one that was never stopped: of one worker.
#include "nn/catalog.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/enlist/enlist.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

using namespace dk;
using namespace dk::test;

namespace {

// Dropout and moving statistics, which a fresh worker would draw and follow anew.
job job_with_everything(const std::string& algorithm, const spec& optimizer) {
  auto which = blob_job(algorithm, 1);
  which.model.layers = {{"dense", {{"units", 6}, {"activation", "tanh"}}},
                        {"dropout", {{"rate", 0.25}}},
                        {"batch_normalization"},
                        {"dense", {{"units", 2}, {"activation", "softmax"}}}};
  which.trainer.epochs = 3;
  which.trainer.optimizer = optimizer;
  return which;
}

// Trains so many rows of the job, then stops in order; all of them where `rows` is 0.
run_result train_up_to(std::uint64_t stop_at, job which, const data::dataset& rows, const run_options& options) {
  if (stop_at > 0)
    which.trainer.stop = {{"rows", stop_at}};
  return train(which, rows, options);
}

std::vector<float> bits_of(const block& weights) {
  return {weights.begin(), weights.end()};
}

// The weights after the whole run, which was stopped at these rows.
std::vector<float> interrupted(const job& which, const data::dataset& rows, const std::vector<std::uint64_t>& stops) {
  const temporary_folder folder;
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "bits");
  std::optional<resume_state> state;
  for (const auto stop : stops) {
    const auto part = train_up_to(stop, which, rows, options);
    REQUIRE(part.stopped);
    REQUIRE(part.rows.applied < rows.rows * which.trainer.epochs);
    state = read_checkpoints(options.folder->checkpoints());
    CHECK(state->workers.size() == 1);
    options.resume = &*state;
  }
  const auto result = train(which, rows, options);
  CHECK(result.rows.balanced());
  CHECK(result.rows.applied == rows.rows * which.trainer.epochs);
  return bits_of(result.weights);
}

// Without a barrier, and of one model.
std::vector<std::string> algorithms_that_keep_workers() {
  return algorithms_that([](const algorithm& one) { return barrier_of(one) == barrier::none && !one.share; });
}

} // namespace

TEST_CASE("one worker of every algorithm without a barrier is kept", "[runtime][resume]") {
  for (const auto& name : algorithm_names()) {
    INFO(name);
    CHECK(keeps_workers(small_job(name, 1)) == (barrier_of(*find_algorithm(name)) == barrier::none));
  }
  CHECK_FALSE(keeps_workers(small_job("adag", 2)));
  auto ahead = small_job("adag", 1);
  ahead.trainer.overlap = true;
  CHECK_FALSE(keeps_workers(ahead));
}

TEST_CASE("every algorithm with one worker goes on bit for bit", "[runtime][resume]") {
  const auto rows = blobs(200);
  for (const auto& name : algorithms_that_keep_workers()) {
    INFO(name);
    auto which = job_with_everything(name, {"adam", {{"learning_rate", 0.02}}});
    const auto whole = bits_of(train(which, rows).weights);
    CHECK(interrupted(which, rows, {96}) == whole);
    CHECK(interrupted(which, rows, {64, 300}) == whole);
    if (!find_algorithm(name)->has_server())
      continue;
    which.trainer.servers = 3;
    CHECK(interrupted(which, rows, {232}) == whole);
  }
}

TEST_CASE("every optimizer goes on bit for bit", "[runtime][resume]") {
  const auto rows = blobs(200);
  for (const auto& name : nn::optimizer_names())
    for (const nlohmann::json& rate :
         {nlohmann::json(0.02),
          nlohmann::json{{"name", "cosine_decay"}, {"initial_learning_rate", 0.05}, {"decay_steps", 60}}}) {
      INFO(name << " " << rate);
      const auto which = job_with_everything("single", {name, {{"learning_rate", rate}, {"decay", 0.01}}});
      const auto whole = bits_of(train(which, rows).weights);
      CHECK(interrupted(which, rows, {232}) == whole);
    }
}

TEST_CASE("a worker that starts fresh goes elsewhere", "[runtime][resume]") { // so the tests above can tell
  const auto rows = blobs(200);
  for (const auto& name : nn::optimizer_names()) {
    INFO(name);
    const auto which = job_with_everything("adag", {name, {{"learning_rate", 0.02}}});
    const auto whole = bits_of(train(which, rows).weights);
    const temporary_folder folder;
    run_options options;
    options.folder = make_run_folder(folder.path("run"), "bits");
    train_up_to(232, which, rows, options);
    auto state = read_checkpoints(options.folder->checkpoints());
    state.workers.clear();
    options.resume = &state;
    const bool has_state = nn::make_optimizer({name}, 1)->state_size() > 0; // sgd has none without momentum
    CHECK((bits_of(train(which, rows, options).weights) != whole) == has_state);
  }
}

TEST_CASE("models that are trained alone go on bit for bit", "[runtime][resume]") {
  const auto rows = blobs(200);
  auto which = job_with_everything("ensemble", {"adam"});
  which.trainer.workers = 2;
  const auto whole = bits_of(train(which, rows).weights);
  const temporary_folder folder;
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "bits");
  REQUIRE(train_up_to(150, which, rows, options).stopped);
  const auto state = read_checkpoints(options.folder->checkpoints());
  CHECK(state.workers.size() == 2);
  options.resume = &state;
  CHECK(bits_of(train(which, rows, options).weights) == whole);
}

TEST_CASE("a worker is not resumed with another optimizer", "[runtime][resume]") {
  const auto rows = blobs(200);
  const temporary_folder folder;
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "bits");
  auto which = job_with_everything("adag", {"adam"});
  REQUIRE(train_up_to(96, which, rows, options).stopped);
  const auto state = read_checkpoints(options.folder->checkpoints());
  options.resume = &state;
  which.trainer.optimizer = {"sgd"};
  CHECK(failure_of(errc::checkpoint, [&] { train(which, rows, options); }) ==
        "the checkpoint's worker uses the optimizer adam, the job's uses sgd; resume with the optimizer of the run");
  which.trainer.optimizer = {"adam", {{"amsgrad", true}}};
  CHECK_THAT(failure_of(errc::checkpoint, [&] { train(which, rows, options); }),
             Catch::Contains("numbers of its optimizer"));
  which.trainer.optimizer = {"sgd"};
  which.trainer.workers = 2; // of several workers each is fresh
  CHECK(train(which, rows, options).rows.balanced());
}
