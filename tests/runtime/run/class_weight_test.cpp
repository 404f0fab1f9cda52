#include "runtime/run/class_weight.hpp"
#include "runtime/run/label_check.hpp"

#include "nn/catalog.hpp"
#include "runtime/config/model_of.hpp"
#include "tests/blocks.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"
#include "tests/walk.hpp"

#include <map>

using namespace dk;
using namespace dk::test;
using nlohmann::json;

namespace {

// Rows of two numbers and these labels.
data::dataset rows_with(const std::vector<float>& labels, std::size_t width = 1) {
  const auto rows = labels.size() / width;
  auto made = make_rows(2, std::vector<float>(2 * rows, 1), std::vector<float>(rows, 0));
  made.label_width = width;
  made.labels = block::copy_of(labels.data(), labels.size());
  return made;
}

job job_for(const std::string& loss, std::size_t outputs, json weights = {}) {
  auto which = small_job("single", 1);
  which.model.layers = {{"dense", {{"units", outputs}}}};
  which.trainer.loss = loss;
  which.trainer.class_weight = std::move(weights);
  return which;
}

std::vector<float> weights_of(const job& which, data::dataset rows, const std::vector<std::string>& names = {}) {
  class_weights by_class{which, names};
  by_class.see(rows);
  by_class.apply(rows);
  return {rows.weights.begin(), rows.weights.end()};
}

std::string refusal(const job& which, const data::dataset& rows, errc code = errc::config,
                    const std::vector<std::string>& names = {}) {
  return failure_of(code, [&] { weights_of(which, rows, names); });
}

using weights = std::vector<float>;

} // namespace

TEST_CASE("class weights are given by number, by name or as they balance", "[runtime][class_weight]") {
  const std::string loss = "categorical_crossentropy";
  const auto rows = rows_with({0, 1, 1, 2, 1, 1});
  CHECK(weights_of(job_for(loss, 3, {1, 2, 0.5}), rows) == weights{1, 2, 2, 0.5, 2, 2});
  CHECK(weights_of(job_for(loss, 3, {{"1", 20}}), rows) == weights{1, 20, 20, 1, 20, 20});
  CHECK(weights_of(job_for(loss, 3, {{"spam", 20}, {"0", 3}}), rows, {"ham", "spam", "eggs"}) ==
        weights{3, 20, 20, 1, 20, 20});
  CHECK(weights_of(job_for(loss, 3, {{"0", 7}}), rows, {"2", "0", "1"}) == weights{1, 7, 7, 1, 7, 7}); // a name
  // scikit-learn: 6 / (3 * 1), 6 / (3 * 4), 6 / (3 * 1); a class without rows is not counted
  CHECK(weights_of(job_for(loss, 3, "balanced"), rows) == weights{2, 0.5, 0.5, 2, 0.5, 0.5});
  CHECK(weights_of(job_for(loss, 5, "balanced"), rows) == weights{2, 0.5, 0.5, 2, 0.5, 0.5});
  CHECK(weights_of(job_for(loss, 3, "balanced"), rows_with({1, 0, 0, 0, 1, 0}, 3)) == weights{1, 1});
  CHECK(weights_of(job_for(loss, 2, {1, 4}), rows_with({1, 0, 0.2F, 0.8F}, 2)) == weights{1, 4});
  CHECK(weights_of(job_for("binary_crossentropy", 1, {1, 4}), rows_with({1, 0})) == weights{4, 1});
  CHECK(weights_of(job_for("hinge", 1, {1, 4}), rows_with({1, 0})) == weights{4, 1});
  auto weighted = rows;
  weighted.weighted = true;
  weighted.weights = block_of({1, 2, 3, 4, 5, 0});
  CHECK(weights_of(job_for(loss, 3, {10, 2, 0.5}), weighted) == weights{10, 4, 6, 2, 10, 0});
}

TEST_CASE("class weights without classes, or of other classes, are refused", "[runtime][class_weight]") {
  const std::string loss = "categorical_crossentropy";
  const auto rows = rows_with({0, 1, 2});
  CHECK(
      refusal(job_for(loss, 3, {1, 2}), rows) ==
      "trainer.class_weight lists 2 numbers, but there are 3 classes; give one for each, or a table as in { 1 = 20 }, "
      "where the others count 1");
  CHECK(
      refusal(job_for(loss, 3, {{"span", 2}}), rows, errc::config, {"ham", "spam", "eggs"}) ==
      "trainer.class_weight names `span`, which is no class (did you mean \"spam\"?); the classes are ham, spam, eggs "
      "(0 to 2)");
  CHECK(refusal(job_for(loss, 3, {{"3", 2}}), rows) ==
        "trainer.class_weight names `3`, which is no class; the classes are 0 to 2");
  CHECK(refusal(job_for(loss, 3, {{"spam", 2}, {"1", 3}}), rows, errc::config, {"ham", "spam", "eggs"}) ==
        "trainer.class_weight has two weights for one class, `1` and `spam`; give one");
  CHECK(
      refusal(job_for("mean_squared_error", 1, {1, 2}), rows) ==
      "trainer.class_weight is for classes, but the labels of mean_squared_error are none; leave it out, or give each "
      "row a weight: `weight` in the source");
  CHECK(refusal(job_for("binary_crossentropy", 2, {1, 2}), rows_with({0, 1}, 2)) ==
        "trainer.class_weight is for rows of one class each, but binary_crossentropy lets each of 2 outputs decide for "
        "itself; leave it out, or give each row a weight: `weight` in the source");
  auto two = job_for(loss, 3, {1, 2, 3});
  two.model.layers = {{"dense", {{"units", 3}, {"name", "a"}}},
                      {"dense", {{"units", 3}, {"from", "a"}, {"name", "b"}}},
                      {"dense", {{"units", 3}, {"from", "a"}, {"name", "c"}}}};
  two.model.outputs = {"b", "c"};
  CHECK(refusal(two, rows_with({0, 1}, 2)).find("trainer.class_weight is for a model of one output, this one has 2;") ==
        0);
  CHECK(
      refusal(job_for("hinge", 1, {1, 2}), rows_with({1, -1}), errc::data) ==
      "memory: row 1 (the first is 0) has the label -1, but trainer.class_weight needs class numbers, 0 to 1; correct "
      "it, or leave class_weight out");
  CHECK(refusal(job_for("binary_crossentropy", 1, {1, 2}), rows_with({0.3F}), errc::data).find("label 0.3, but") !=
        std::string::npos);
}

TEST_CASE("labels that no loss can take are refused before the training", "[runtime][labels]") {
  // Some that are wrong for a loss, of three outputs or of one class number; any number is right for the others.
  const std::map<std::string, std::vector<std::vector<float>>> wrong{
      {"mean_absolute_percentage_error", {{1, 0, 1}}},
      {"mean_squared_logarithmic_error", {{0, -1, 1}}},
      {"hinge", {{1, 2, 1}, {0, -1, 1}, {1, 0.5F, 1}}},
      {"squared_hinge", {{1, 2, 1}, {0, -1, 1}}},
      {"categorical_hinge", {{1, 0, 1}, {0, 0, 0}, {2, 0, 0}}},
      {"categorical_crossentropy", {{1, 1, 0}, {-1, 1, 1}, {3}, {-1}, {0.5F}}},
      {"sparse_categorical_crossentropy", {{3}, {-1}, {0.5F}}},
      {"binary_crossentropy", {{0, 2, 1}, {-1, 1, 1}}},
      {"kullback_leibler_divergence", {{-0.5F, 1, 0.5F}, {2, 0, 0}}},
      {"poisson", {{1, -1, 3}}},
  };
  for (const auto& name : nn::loss_names()) {
    INFO(name);
    if (nn::find_loss(name).range == label_range::any) {
      CHECK(wrong.count(name) == 0);
      continue;
    }
    const auto which = job_for(name, 3);
    for (const auto& label :
         line_for("loss", name, wrong, "its wrong labels in tests/runtime/run/class_weight_test.cpp")) {
      const auto rows = rows_with(label, label.size());
      CHECK(failure_of(errc::data, [&] { train(which, rows); }).find("memory: row 0 (the first is 0) has the label ") ==
            0);
      CHECK(failure_of(errc::data, [&] { row_check{which}.see(rows); }).find("memory: row 0 ") == 0);
    }
  }
}

TEST_CASE("a run's losses are weighted exactly, whoever trains", "[runtime][weights]") {
  auto rows = blobs(200);
  std::vector<float> all;
  for (std::size_t i = 0; i < rows.rows; ++i)
    all.push_back(i % 2 == 0 ? 0.0F : 2.0F); // one class counts for nothing
  rows.weighted = true;
  rows.weights = block::copy_of(all.data(), all.size());
  for (const std::string algorithm : {"single", "adag", "sync", "ensemble"}) {
    INFO(algorithm);
    auto which = blob_job(algorithm, workers_of(algorithm, 2));
    which.trainer.optimizer = {"sgd", {{"learning_rate", 1e-9}}}; // the model stays what it was
    const auto result = train(which, rows);
    const auto found = evaluate(which, result.weights, rows);
    double sum = 0;
    auto model = make_model(which, 1);
    model.adopt(0, result.weights.slice(0, model.num_weights()));
    for (std::size_t i = 0; i < rows.rows; ++i)
      sum += static_cast<double>(all[i]) *
             model.evaluate(rows.features.data() + 2 * i, rows.labels.data() + i, 1).loss_sum;
    if (!find_algorithm(algorithm)->share) { // one model
      CHECK(found.loss_sum == Approx(sum).epsilon(1e-5));
      CHECK(result.numbers.epochs.at(0).all.loss() == Approx(sum / 200).epsilon(1e-5));
    }
    CHECK(found.rows == 200);
  }
}

TEST_CASE("a class that counts more is found more often", "[runtime][weights]") {
  auto rows = blobs(400);
  auto which = blob_job("adag", 2);
  which.trainer.epochs = 3;
  const auto mean_output = [&](float first, float second) {
    std::vector<float> all;
    for (std::size_t i = 0; i < rows.rows; ++i)
      all.push_back(i % 2 == 0 ? first : second);
    rows.weighted = true;
    rows.weights = block::copy_of(all.data(), all.size());
    const auto result = train(which, rows);
    auto model = make_model(which, 1);
    model.adopt(0, result.weights);
    const float middle[] = {0, 0};
    float answer[2];
    model.predict(middle, 1, answer);
    return answer[1];
  };
  CHECK(mean_output(1, 20) > mean_output(1, 1));
  CHECK(mean_output(20, 1) < mean_output(1, 1));
}
