// Frozen layers keep their bits whatever happens in a run, and nothing of them travels.
#include "nn/files/model_file.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/preflight.hpp"
#include "tests/runtime/recording.hpp"

using namespace dk;
using namespace dk::test;

namespace {

// Weights are free and frozen in turn, so that the two shards lie across them.
job frozen_job(const std::string& algorithm, std::size_t workers) {
  auto which = blob_job(algorithm, workers_of(algorithm, workers));
  which.model.layers = {{"dense", {{"units", 6}, {"activation", "tanh"}}},
                        {"dense", {{"units", 5}, {"activation", "tanh"}, {"trainable", false}}},
                        {"batch_normalization", {{"trainable", false}}},
                        {"dropout", {{"rate", 0.25}}},
                        {"dense", {{"units", 4}, {"activation", "tanh"}}},
                        {"dense", {{"units", 2}, {"activation", "softmax"}}}};
  which.trainer.servers = servers_of(algorithm, 2);
  which.trainer.epochs = 2;
  which.trainer.batch_size = 7;
  which.trainer.communication_window = 3;
  which.trainer.optimizer = {"adamw", {{"learning_rate", 0.01}, {"weight_decay", 0.1}}};
  return which;
}

nn::weight_split split_of(const job& which) {
  return nn::weight_split{architecture_of(which)};
}

// All weights, none of which is that of a fresh layer.
block start_of(const job& which, std::uint64_t seed = 5) {
  random_stream random{seed};
  block_writer numbers{split_of(which).num_all()};
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers.data()[i] = static_cast<float>(random.uniform(0.1, 1));
  return std::move(numbers).done();
}

// The frozen weights are those of `start`, every array of the others has changed.
void check_kept(const job& which, const block& after, const block& start) {
  const auto split = split_of(which);
  REQUIRE(split.num_frozen() == 6 * 5 + 5 + 4 * 5);
  REQUIRE(after.size() == split.num_all());
  CHECK(same_bits(split.frozen_of(after), split.frozen_of(start)));
  const auto before = split.free_of(start);
  const auto now = split.free_of(after);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < now.size(); ++i)
    changed += now[i] == before[i] ? 0U : 1U;
  CHECK(changed > now.size() * 9 / 10);
}

} // namespace

TEST_CASE("frozen layers keep their bits under every algorithm", "[runtime][trainable]") {
  const auto rows = blobs(90);
  const auto held_out = blobs(20, 2);
  for (const auto& name : algorithms_of_one_model()) {
    INFO(name);
    const auto which = frozen_job(name, 3);
    const temporary_folder folder;
    run_options options;
    options.start = start_of(which);
    options.folder = make_run_folder(folder.path("run"), "frozen");
    options.validation = &held_out;
    const auto result = train(which, rows, options);
    CHECK(result.rows.balanced());
    check_kept(which, result.weights, options.start);
    check_kept(which, result.best_weights, options.start);
    const auto best = nn::load_model(options.folder->best_model());
    CHECK(same_bits(block::copy_of(best.weights.data(), best.weights.size()), result.best_weights));
    CHECK(result.best->loss_sum / 20 == Approx(evaluate(which, result.best_weights, held_out).loss()));
    run_options here;
    here.start = options.start;
    check_kept(which, simulate(which, rows, here).weights, options.start);
    here.start = {};
    auto fresh = make_model(which, 1);
    fresh.initialize(which.seed);
    check_kept(which, train(which, rows, here).weights, fresh.all_weights());
  }
}

TEST_CASE("frozen layers keep their bits while exchanges are on their way", "[runtime][trainable]") {
  for (const auto& name : asynchronous_algorithms()) {
    INFO(name);
    auto which = frozen_job(name, 3);
    which.trainer.overlap = true;
    run_options options;
    options.start = start_of(which);
    check_kept(which, train(which, blobs(90), options).weights, options.start);
  }
}

TEST_CASE("each model of an ensemble has frozen weights of its own", "[runtime][trainable]") {
  const auto which = frozen_job("ensemble", 1);
  auto three = which;
  three.trainer.workers = 3;
  const auto rows = blobs(90);
  const auto size = split_of(which).num_all();
  const auto result = train(three, rows);
  for (std::size_t i = 0; i < 3; ++i) {
    auto fresh = make_model(which, 1);
    fresh.initialize(which.seed + i);
    check_kept(which, result.weights.slice(i * size, size), fresh.all_weights());
  }
  run_options options;
  options.start = start_of(which); // one that all begin with
  const auto alike = train(three, rows, options);
  check_kept(which, alike.weights.slice(2 * size, size), options.start);
}

// A base of whole powers of two, so that sums are exact whatever the number of rows.
TEST_CASE("above a frozen base every algorithm trains what it trains without one", "[runtime][trainable]") {
  const auto points = blobs(90);
  auto scaled = points;
  std::vector<float> features;
  for (std::size_t i = 0; i < 90; ++i)
    features.insert(features.end(), {2 * points.features[2 * i], -4 * points.features[2 * i + 1]});
  scaled.features = block::copy_of(features.data(), features.size());
  for (const auto& name : algorithms_of_one_model()) {
    INFO(name);
    auto head = frozen_job(name, 1);
    head.trainer.workers = 1;
    head.model.layers = {{"dense", {{"units", 3}, {"activation", "tanh"}}},
                         {"dense", {{"units", 2}, {"activation", "softmax"}}}};
    auto whole = head;
    whole.model.layers.insert(whole.model.layers.begin(), {"dense", {{"units", 2}, {"trainable", false}}});
    run_options alone;
    alone.start = start_of(head);
    run_options above;
    const float base[] = {2, 0, 0, -4, 0, 0};
    above.start = block::joined({block::copy_of(base, 6), alone.start});
    const auto expected = train(head, scaled, alone);
    const auto found = train(whole, points, above);
    CHECK(same_bits(split_of(whole).free_of(found.weights), expected.weights));
    CHECK(found.versions == expected.versions);
  }
}

TEST_CASE("shards and checkpoints hold what can change", "[runtime][trainable]") {
  const auto which = frozen_job("adag", 2);
  const temporary_folder folder;
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "frozen");
  train(which, blobs(90), options);
  const auto state = read_checkpoints(options.folder->checkpoints());
  REQUIRE(state.shards.size() == 2);
  const auto free = split_of(which).num_free();
  CHECK(free == 2 * 6 + 6 + 5 * 4 + 4 + 4 * 2 + 2);
  CHECK(state.shards[0].weights.size() + state.shards[1].weights.size() == free);
  CHECK(state.shards[1].offset == free / 2);
}

TEST_CASE("a run with frozen layers goes on bit for bit", "[runtime][trainable]") {
  const auto rows = blobs(90);
  for (const auto& name : algorithms_that([](const algorithm& one) { return barrier_of(one) == barrier::none; })) {
    INFO(name);
    const bool is_ensemble = static_cast<bool>(find_algorithm(name)->share);
    auto which = frozen_job(name, 1);
    which.trainer.workers = is_ensemble ? 2 : 1;
    run_options options;
    options.start = is_ensemble ? block::joined({start_of(which, 5), start_of(which, 6)}) : start_of(which);
    const auto whole = train(which, rows, options);
    const temporary_folder folder;
    options.folder = make_run_folder(folder.path("run"), "frozen");
    auto stopped = which;
    stopped.trainer.stop = {{"rows", 70}};
    REQUIRE(train(stopped, rows, options).stopped);
    const auto state = read_checkpoints(options.folder->checkpoints());
    options.resume = &state;
    CHECK(same_bits(train(which, rows, options).weights, whole.weights));
  }
}

TEST_CASE("a run with frozen layers is replayed bit for bit", "[runtime][trainable]") {
  for (const auto& name : algorithms_with_server()) {
    INFO(name);
    const recording run{frozen_job(name, 3)};
    const auto rebuilt = run.again();
    CHECK(same_bits(rebuilt.weights, run.result.weights));
    auto fresh = make_model(run.what, 1);
    fresh.initialize(run.what.seed);
    check_kept(run.what, rebuilt.weights, fresh.all_weights());
  }
  resumable run{frozen_job("adag", 2)};
  run.options.start = start_of(run.what);
  const auto result = run.start_three_times(false);
  run_options options;
  options.start = run.options.start;
  CHECK(same_bits(replay(run.what, run.log(), run.what, run.rows, options).weights, result.weights));
}

TEST_CASE("nothing to train is refused", "[runtime][trainable]") {
  auto which = frozen_job("adag", 2);
  for (auto& layer : which.model.layers)
    layer.keys["trainable"] = false;
  CHECK_THAT(failure_of(errc::config, [&] { check_job(which, blobs(90)); }),
             Catch::StartsWith("all 107 weights of the model are frozen by trainable = false, so there is nothing to "
                               "train"));
  which.model.layers = {{"activation", {{"activation", "softmax"}}}};
  CHECK_THAT(failure_of(errc::config, [&] { check_job(which, blobs(90)); }),
             Catch::StartsWith("no layer of the model has weights, so there is nothing to train"));
}
