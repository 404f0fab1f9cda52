// The keys of losses and metrics: what Keras's do with the same numbers, worked by hand.
#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace dk::nn;
using dk::spec;
using dk::nn::test::dense;
using dk::nn::test::random_numbers;

namespace {

architecture one_dense(std::size_t in, std::size_t out, const char* activation) {
  return {"m", {in}, {dense(out, activation)}};
}

objective with_keys(const char* loss, nlohmann::json keys) {
  return spec{loss, std::move(keys)};
}

// A model whose outputs are its inputs.
model identity(std::size_t width, const objective& loss, std::size_t label_width) {
  model m{one_dense(width, width, "linear"), loss, label_width};
  for (std::size_t i = 0; i < width; ++i)
    m.weights()[i * width + i] = 1;
  return m;
}

double loss_on(const std::vector<float>& outputs, const objective& loss, const std::vector<float>& labels) {
  return identity(outputs.size(), loss, labels.size()).evaluate(outputs.data(), labels.data(), 1).loss();
}

double metric_on(const spec& what, const metric_use& use, const std::vector<float>& outputs,
                 const std::vector<float>& labels) {
  check_metric(what);
  const auto made = find_metric(what.name).make(what, use);
  std::vector<std::uint64_t> counters(made->counters());
  made->count(outputs.data(), labels.data(), outputs.size() / use.width, counters.data());
  return made->value(counters.data());
}

} // namespace

TEST_CASE("a loss from logits is the loss behind its activation, with the same gradient", "[nn][losses]") {
  struct pair {
    const char* loss;
    const char* activation;
    std::vector<float> labels;
  };
  const std::vector<pair> pairs{{"categorical_crossentropy", "softmax", {0, 1, 0}},
                                {"sparse_categorical_crossentropy", "softmax", {1}},
                                {"binary_crossentropy", "sigmoid", {0, 1, 1}}};
  const auto x = random_numbers(4, 3, -3, 3);
  for (const auto& [loss, activation, labels] : pairs) {
    INFO(loss);
    model behind{one_dense(4, 3, activation), loss, labels.size()};
    model logits{one_dense(4, 3, "linear"), with_keys(loss, {{"from_logits", true}}), labels.size()};
    behind.initialize(5);
    logits.initialize(5);
    const batch_view batch{x.data(), labels.data(), 1};
    CHECK(logits.compute_gradient(batch).loss() == behind.compute_gradient(batch).loss());
    CHECK(std::equal(logits.gradient(), logits.gradient() + logits.num_weights(), behind.gradient()));
    CHECK(logits.evaluate(x.data(), labels.data(), 1).loss() == behind.evaluate(x.data(), labels.data(), 1).loss());
    std::vector<float> outputs(3);
    logits.predict(x.data(), 1, outputs.data());
    const auto sum = outputs[0] + outputs[1] + outputs[2]; // of logits, which nobody turns into probabilities
    CHECK(std::abs(sum - 1) > 0.01F);
    CHECK_THROWS_WITH((model{one_dense(4, 3, activation), with_keys(loss, {{"from_logits", true}}), labels.size()}),
                      Catch::Contains("no logits") && Catch::Contains(activation));
  }
}

TEST_CASE("accuracy on logits has its border at 0.5, as Keras's metrics have", "[nn][losses]") {
  const auto right = [](float output, float label) {
    return identity(1, with_keys("binary_crossentropy", {{"from_logits", true}}), 1).evaluate(&output, &label, 1);
  };
  CHECK(right(0.4F, 0).correct == 1);
  CHECK(right(0.6F, 1).correct == 1);
  CHECK(right(0.4F, 1).correct == 0); // although its probability is above one half
}

TEST_CASE("labels are smoothed as Keras smooths them", "[nn][losses]") {
  const auto loss = [](const char* name) { return with_keys(name, {{"label_smoothing", 0.2}}); };
  // 1 becomes 0.9 and 0 becomes 0.1
  CHECK(loss_on({0.7F}, loss("binary_crossentropy"), {1}) ==
        Approx(-0.9 * std::log(0.7) - 0.1 * std::log(0.3)).epsilon(1e-5));
  CHECK(loss_on({0.7F}, loss("binary_crossentropy"), {0}) ==
        Approx(-0.1 * std::log(0.7) - 0.9 * std::log(0.3)).epsilon(1e-5));
  // 1 becomes 0.85 and 0 becomes 0.05
  const auto expected = -0.85 * std::log(0.5) - 0.05 * (2 * std::log(0.2) + std::log(0.1));
  CHECK(loss_on({0.5F, 0.2F, 0.1F, 0.2F}, loss("categorical_crossentropy"), {1, 0, 0, 0}) ==
        Approx(expected).epsilon(1e-5));
  CHECK(loss_on({0.5F, 0.2F, 0.1F, 0.2F}, loss("categorical_crossentropy"), {0}) == Approx(expected).epsilon(1e-5));
  CHECK_THROWS_WITH(check_loss({"sparse_categorical_crossentropy", {{"label_smoothing", 0.1}}}),
                    Catch::Contains("label_smoothing"));
  CHECK_THROWS_WITH(check_loss({"binary_crossentropy", {{"label_smoothing", 1.0}}}), Catch::Contains("below 1"));
}

TEST_CASE("each loss refuses a key that nobody knows", "[nn][losses]") {
  for (const auto& name : loss_names())
    CHECK_THROWS_WITH(check_loss({name, {{"wibble", 1}}}), Catch::Contains("wibble"));
  for (const auto& name : metric_names())
    CHECK_THROWS_WITH(check_metric({name, {{"wibble", 1}}}), Catch::Contains("wibble"));
}

TEST_CASE("thresholds decide", "[nn][metrics]") {
  const metric_use one{1, 1, false};
  const std::vector<float> outputs{0.95F, 0.92F, 0.8F, 0.6F, 0.3F};
  const std::vector<float> labels{1, 0, 1, 1, 0};
  const spec at_09{"binary_accuracy", {{"threshold", 0.9}}};
  CHECK(metric_on({"binary_accuracy"}, one, outputs, labels) == Approx(0.8));
  CHECK(metric_on(at_09, one, outputs, labels) == Approx(0.4));
  CHECK(metric_on({"precision", {{"threshold", 0.9}}}, one, outputs, labels) == Approx(0.5));
  CHECK(metric_on({"recall", {{"threshold", 0.9}}}, one, outputs, labels) == Approx(1.0 / 3));
  CHECK(metric_on({"f1", {{"threshold", 0.9}}}, one, outputs, labels) == Approx(0.4));
  // 0.9 is not above 0.9
  CHECK(metric_on(at_09, one, {0.9F}, {1}) == 0);
}

TEST_CASE("of several classes one counts, or all in three ways", "[nn][metrics]") {
  const metric_use three{3, 1, true};
  // chosen: 0, 0, 1, 2; right: 0, 1, 1, 1
  const std::vector<float> outputs{0.8F, 0.1F, 0.1F, 0.6F, 0.3F, 0.1F, 0.2F, 0.7F, 0.1F, 0.1F, 0.2F, 0.7F};
  const std::vector<float> labels{0, 1, 1, 1};
  const auto recall = [&](nlohmann::json keys) {
    return metric_on({"recall", std::move(keys)}, three, outputs, labels);
  };
  CHECK(recall(nlohmann::json::object()) == Approx((1 + 1.0 / 3 + 0) / 3));
  CHECK(recall({{"average", "macro"}}) == Approx((1 + 1.0 / 3 + 0) / 3));
  CHECK(recall({{"average", "micro"}}) == Approx(0.5));
  CHECK(recall({{"average", "weighted"}}) == Approx((1 * 1 + 3 * (1.0 / 3)) / 4));
  CHECK(recall({{"class_id", 1}}) == Approx(1.0 / 3));
  CHECK(recall({{"class_id", 1}, {"threshold", 0.25}}) == Approx(2.0 / 3));
  CHECK_THROWS_WITH(recall({{"class_id", 3}}), Catch::Contains("class_id"));
  const metric_use two{2, 1, true};
  CHECK(metric_on({"recall"}, two, {0.9F, 0.1F, 0.6F, 0.4F}, {0, 1}) == 0); // that of the second
  CHECK(metric_on({"recall", {{"average", "macro"}}}, two, {0.9F, 0.1F, 0.6F, 0.4F}, {0, 1}) == Approx(0.5));
}

TEST_CASE("the area under the PR curve, and the ways to sum", "[nn][metrics]") {
  const metric_use one{1, 1, false};
  const std::vector<float> outputs{0.9F, 0.6F, 0.35F, 0.1F};
  const std::vector<float> labels{1, 0, 1, 0};
  const auto auc = [&](nlohmann::json keys) { return metric_on({"auc", std::move(keys)}, one, outputs, labels); };
  CHECK(auc({{"curve", "roc"}}) == Approx(0.75));
  CHECK(auc(nlohmann::json::object()) == Approx(0.75));
  // tf.keras.metrics.AUC says so: from recall 0 to 0.5 at precision 1, then (1, 2) to (2, 3) of (right, all), where
  // right = all / 2 + 0.5 is not a line of precision
  const auto from_one_to_two = 0; // recall does not move where the second is told
  const auto last = 1.0 * (1 + (2 - 3.0) * std::log(3.0 / 2)) / 2;
  CHECK(auc({{"curve", "pr"}}) == Approx(0.5 + from_one_to_two + last));
  CHECK(auc({{"curve", "pr"}, {"summation_method", "minoring"}}) == Approx(0.5 * 0 + 0.5 * 0.5));
  CHECK(auc({{"curve", "pr"}, {"summation_method", "majoring"}}) == Approx(0.5 * 1 + 0.5 * 2.0 / 3));
  // two rows of both kinds at one place, where the curve goes from (0, 1/2) to (1/2, 1)
  const auto tied = [&](const std::string& how) {
    return metric_on({"auc", {{"summation_method", how}}}, one, {0.9F, 0.6F, 0.6F, 0.1F}, labels);
  };
  CHECK(tied("interpolation") == Approx(0.875));
  CHECK(tied("minoring") == Approx(0.75));
  CHECK(tied("majoring") == Approx(1));
  const std::vector<float> logits{2, 0.4F, -0.6F, -2};
  CHECK(metric_on({"auc", {{"from_logits", true}}}, one, logits, labels) == Approx(0.75));
  CHECK(metric_on({"auc"}, one, logits, labels) < 0.75); // the two below 0 look alike
}

TEST_CASE("an optimizer that has taken steps goes on from there", "[nn][optimizers]") {
  const nlohmann::json halves{
      {"name", "exponential_decay"}, {"initial_learning_rate", 0.5}, {"decay_steps", 10}, {"decay_rate", 0.5}};
  const auto fresh = make_optimizer({"sgd", {{"learning_rate", halves}}}, 1);
  const auto later = make_optimizer({"sgd", {{"learning_rate", halves}, {"iterations", 20}}}, 1);
  CHECK(later->steps() == 20);
  float a = 0;
  float b = 0;
  const float gradient = 1;
  fresh->apply(&a, &gradient);
  later->apply(&b, &gradient);
  CHECK(a == Approx(-0.5));
  CHECK(b == Approx(-0.125));
}

TEST_CASE("relu with a limit, a slope and a threshold", "[nn][layers]") {
  const spec bent{"activation",
                  {{"activation", {{"name", "relu"}, {"max_value", 6}, {"alpha", 0.5}, {"threshold", 1}}}}};
  model m{{"m", {5}, {bent}}, "mean_squared_error", 5};
  const float x[] = {-1, 0.5F, 1.5F, 6, 7};
  float y[5];
  m.predict(x, 1, y);
  const std::vector<float> expected{-1, -0.25F, 1.5F, 6, 6};
  CHECK(std::vector<float>(y, y + 5) == expected);
  CHECK(m.layer_at(0).keras_config()["activation"]["class_name"] == "ReLU");
  CHECK_THROWS_WITH(check_layer({"dense", {{"units", 1}, {"activation", {{"name", "relu"}, {"limit", 6}}}}}),
                    Catch::Contains("limit"));
  CHECK_THROWS_WITH(check_layer({"dense", {{"units", 1}, {"activation", {{"name", "tanh"}, {"alpha", 6}}}}}),
                    Catch::Contains("alpha"));
}
