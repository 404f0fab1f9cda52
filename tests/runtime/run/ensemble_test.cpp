#include "nn/model/ensemble.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/lone_model.hpp"
#include "tests/blocks.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

#include <cmath>
#include <numeric>

using namespace dk;
using namespace dk::test;

namespace {

job ensemble_job(const std::string& data, std::size_t workers) {
  auto which = blob_job("ensemble", workers);
  which.trainer.algorithm.keys["data"] = data;
  which.trainer.epochs = 2;
  return which;
}

block model_of(const run_result& result, std::size_t index, std::size_t models) {
  const auto size = result.weights.size() / models;
  return result.weights.slice(index * size, size);
}

} // namespace

TEST_CASE("model i of an ensemble is what single trains with seed + i", "[runtime][ensemble]") {
  const auto rows = blobs(203);
  auto which = ensemble_job("full", 3);
  which.seed = 7;
  which.model.layers.insert(which.model.layers.begin(), {"dropout", {{"rate", 0.3}}});
  const auto together = train(which, rows);
  CHECK(together.rows.expected == 3 * 2 * 203);
  CHECK(together.rows.applied == together.rows.expected);
  CHECK(together.rows.balanced());
  CHECK(together.numbers.workers.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    auto alone = which;
    alone.trainer.algorithm = chosen_algorithm{"single"};
    alone.trainer.workers = 1;
    alone.seed = 7 + i;
    CHECK(same_bits(model_of(together, i, 3), train(alone, rows).weights));
  }
  CHECK_FALSE(same_bits(model_of(together, 0, 3), model_of(together, 1, 3)));
}

TEST_CASE("an ensemble's partition gives every row to one model", "[runtime][ensemble]") {
  const auto rows = blobs(203);
  const auto which = ensemble_job("partition", 3);
  const auto models = lone_models_of(which, rows);
  REQUIRE(models.size() == 3);
  CHECK(models[0].rows.rows == 67);
  CHECK(models[1].rows.rows == 68);
  CHECK(models[2].rows.rows == 68);
  CHECK(models[1].rows.features.data() == rows.features.data() + 67 * 2); // shared, not copied
  CHECK(models[2].rows.labels.data() == rows.labels.data() + 135);
  const auto result = train(which, rows);
  CHECK(result.rows.expected == 2 * 203);
  CHECK(result.rows.balanced());
}

TEST_CASE("an ensemble's bootstrap draws as many rows as there are for each model", "[runtime][ensemble]") {
  const auto rows = blobs(200);
  const auto which = ensemble_job("bootstrap", 2);
  const auto models = lone_models_of(which, rows);
  CHECK(models[0].sampling == data::sampling::bootstrap);
  const auto result = train(which, rows);
  CHECK(result.rows.expected == 2 * 2 * 200);
  CHECK(result.rows.balanced());
  CHECK_FALSE(same_bits(result.weights, train(ensemble_job("full", 2), rows).weights));
}

TEST_CASE("an ensemble solves a small problem, whatever its data", "[runtime][ensemble]") {
  for (const std::string data : {"full", "partition", "bootstrap"}) {
    auto which = ensemble_job(data, 3);
    which.trainer.epochs = 10;
    const auto result = train(which, blobs(600));
    const auto found = evaluate(which, result.weights, blobs(300, 2));
    INFO(data);
    CHECK(found.rows == 300);
    CHECK(found.accuracy() > 0.98);
  }
}

TEST_CASE("an ensemble predicts the mean of its models' predictions", "[nn][ensemble]") {
  // One weight and one bias each: y = 2 x + 1 and y = 4 x - 3; the mean is 3 x - 1.
  const float weights[] = {2, 1, 4, -3};
  nn::ensemble both{{"line", {1}, {{"dense", {{"units", 1}}}}}, "mean_squared_error", 1, block::copy_of(weights, 4), 2};
  const float x[] = {0, 1, 5};
  float y[3] = {};
  both.predict(x, 3, y);
  CHECK(y[0] == -1);
  CHECK(y[1] == 2);
  CHECK(y[2] == 14);
  const float labels[] = {-1, 2, 12}; // off by 2 in the last: 4 / 3 in the mean; either model alone is further off
  CHECK(both.evaluate(x, labels, 3).loss() == Approx(4.0 / 3));
}

TEST_CASE("an ensemble's loss is that of the mean probabilities", "[nn][ensemble]") {
  // Two outputs, no input to speak of: the biases say which. Softmax gives (0.8, 0.2) and (0.2, 0.8).
  const auto high = std::log(4.0F);
  const float weights[] = {0, 0, high, 0, 0, 0, 0, high};
  nn::ensemble both{{"coin", {1}, {{"dense", {{"units", 2}, {"activation", "softmax"}}}}},
                    "categorical_crossentropy",
                    1,
                    block::copy_of(weights, 8),
                    2};
  const float x[] = {1};
  const float label[] = {0};
  CHECK(both.evaluate(x, label, 1).loss() == Approx(std::log(2.0)));
}

TEST_CASE("models that do not fit make no ensemble", "[nn][ensemble]") {
  CHECK_THROWS_AS((nn::ensemble{{"line", {1}, {{"dense", {{"units", 1}}}}}, "mean_squared_error", 1, block{}, 2}),
                  failure);
}

TEST_CASE("an ensemble that was stopped goes on with every model", "[runtime][ensemble][resume]") {
  const auto rows = plane(1000);
  for (const std::string data : {"full", "partition", "bootstrap"}) {
    INFO(data);
    const temporary_folder folder;
    auto which = small_job("ensemble", 3);
    which.trainer.algorithm.keys["data"] = data;
    which.trainer.epochs = 3;
    auto options = run_options{};
    options.folder = make_run_folder(folder.path("run"), "ensemble");
    auto stopped = which;
    stopped.trainer.stop = {{"rows", 500}}; // of each model
    const auto first = train(stopped, rows, options);
    CHECK(first.stopped);
    const auto state = read_checkpoints(options.folder->checkpoints());
    REQUIRE(state.shards.size() == 3);
    options.resume = &state;
    const auto rest = train(which, rows, options);
    CHECK(rest.rows.balanced());
    CHECK(rest.rows.applied == rest.rows.expected);
    CHECK(rest.rows.expected == (data == "partition" ? 3000 : 9000));
    CHECK(first.numbers.rows + rest.numbers.rows == rest.rows.expected);
  }
}

TEST_CASE("an ensemble refuses a way to share data that there is not", "[runtime][ensemble]") {
  CHECK_THROWS_WITH(train(ensemble_job("halves", 2), blobs(100)),
                    "trainer.data = \"halves\", expected \"full\", \"partition\" or \"bootstrap\"");
}
