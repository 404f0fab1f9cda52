#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/walk.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

double measured(const spec& wanted, const metric_use& use, const std::vector<float>& outputs,
                const std::vector<float>& labels) {
  const auto metric = find_metric(wanted.name).make(wanted, use);
  std::vector<std::uint64_t> counters(metric->counters());
  metric->count(outputs.data(), labels.data(), outputs.size() / use.width, counters.data());
  return metric->value(counters.data());
}

const metric_use one_output{1, 1};
const metric_use two_classes{2, 1};
const metric_use three_classes{3, 1};

} // namespace

TEST_CASE("every metric is worked out by hand", "[nn][metrics]") {
  for (const auto& name : metric_names())
    dk::test::check_tagged("metric", name, "metrics", "tests/nn/metrics_test.cpp");
}

TEST_CASE("accuracy is chosen as Keras chooses it", "[nn][metrics][accuracy][binary_accuracy][categorical_accuracy]") {
  CHECK(measured({"accuracy"}, one_output, {0.6F, 0.4F, 0.5F, 0.9F}, {1, 1, 0, 1}) == 0.75);
  CHECK(measured({"accuracy"}, three_classes, {0, 1, 0, 0.5F, 0.2F, 0.3F}, {1, 2}) == 0.5);
  CHECK(measured({"accuracy"}, {3, 3}, {0, 1, 0, 0.5F, 0.2F, 0.3F}, {0, 1, 0, 0, 0, 1}) == 0.5);
  CHECK(measured({"accuracy"}, {2, 2, false}, {0.9F, 0.9F, 0.1F, 0.2F}, {1, 0, 0, 0}) == 0.75);
  CHECK(measured({"binary_accuracy"}, {2, 2}, {0.9F, 0.9F, 0.1F, 0.2F}, {1, 0, 0, 0}) == 0.75);
  CHECK(measured({"categorical_accuracy"}, {2, 2}, {0.9F, 0.8F, 0.1F, 0.2F}, {1, 0, 1, 0}) == 0.5);
  CHECK_THROWS_AS(measured({"binary_accuracy"}, two_classes, {0, 1}, {1}), dk::failure);
  CHECK_THROWS_AS(measured({"categorical_accuracy"}, one_output, {0}, {1}), dk::failure);
}

TEST_CASE("top_k counts rows whose class is among the k largest outputs", "[nn][metrics][top_k]") {
  const std::vector<float> outputs{0.1F, 0.2F, 0.3F, 0.4F, 0.4F, 0.3F, 0.2F, 0.1F};
  const metric_use use{4, 1};
  CHECK(measured({"top_k", {{"k", 1}}}, use, outputs, {2, 0}) == 0.5);
  CHECK(measured({"top_k", {{"k", 2}}}, use, outputs, {2, 2}) == 0.5);
  CHECK(measured({"top_k"}, use, outputs, {0, 3}) == 1);
  CHECK(measured({"top_k", {{"k", 1}}}, use, {1, 1, 0, 0}, {1}) == 1); // nothing is above it
  CHECK(measured({"top_k"}, use, {1, 1, 0, 0}, {9}) == 0);
}

TEST_CASE("precision, recall and F1 of one output", "[nn][metrics][precision][recall][f1]") {
  const std::vector<float> outputs{0.9F, 0.8F, 0.7F, 0.2F, 0.1F};
  const std::vector<float> labels{1, 0, 1, 1, 0};
  CHECK(measured({"precision"}, one_output, outputs, labels) == Approx(2.0 / 3));
  CHECK(measured({"recall"}, one_output, outputs, labels) == Approx(2.0 / 3));
  CHECK(measured({"f1"}, one_output, outputs, labels) == Approx(2.0 / 3));
  CHECK(measured({"precision"}, one_output, {0.1F}, {0}) == 0);
  CHECK(measured({"f1"}, one_output, {0.9F, 0.9F, 0.1F}, {-1, 1, 1}) == Approx(0.5)); // as hinge has labels
}

TEST_CASE("precision, recall and F1 of several classes", "[nn][metrics]") {
  // of two, the second: chosen 1 1 0 1, there 1 0 0 1
  const std::vector<float> two{0.1F, 0.9F, 0.3F, 0.7F, 0.8F, 0.2F, 0.4F, 0.6F};
  CHECK(measured({"precision"}, two_classes, two, {1, 0, 0, 1}) == Approx(2.0 / 3));
  CHECK(measured({"recall"}, two_classes, two, {1, 0, 0, 1}) == 1);
  CHECK(measured({"f1"}, {2, 2}, two, {0, 1, 1, 0, 1, 0, 0, 1}) == Approx(0.8));
  // of three, the mean: chosen 0 1 2 1, there 0 1 1 2
  const std::vector<float> three{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0};
  CHECK(measured({"precision"}, three_classes, three, {0, 1, 1, 2}) == Approx((1 + 0.5 + 0) / 3));
  CHECK(measured({"recall"}, three_classes, three, {0, 1, 1, 2}) == Approx((1 + 0.5 + 0) / 3));
  CHECK(measured({"f1"}, three_classes, three, {0, 1, 1, 2}) == Approx((1 + 0.5 + 0) / 3));
  // labels that do not exclude each other: each output at 0.5
  CHECK(measured({"recall"}, {2, 2, false}, {0.9F, 0.9F, 0.9F, 0.1F}, {1, 1, 1, 1}) == Approx((1 + 0.5) / 2));
}

TEST_CASE("AUC is the share of pairs in the right order", "[nn][metrics][auc]") {
  const auto auc = [](const std::vector<float>& outputs, const std::vector<float>& labels) {
    return measured({"auc"}, one_output, outputs, labels);
  };
  CHECK(auc({0.1F, 0.4F, 0.35F, 0.8F}, {0, 0, 1, 1}) == Approx(0.75));
  CHECK(auc({0.1F, 0.2F, 0.8F, 0.9F}, {0, 0, 1, 1}) == 1);
  CHECK(auc({0.9F, 0.1F}, {0, 1}) == 0);
  CHECK(auc({0.5F, 0.5F}, {0, 1}) == 0.5);
  CHECK(auc({0.5F, 0.5F}, {1, 1}) == 0);
  CHECK(auc({-3, 7, std::nanf("")}, {0, 1, 0}) == 1);
  // two outputs that fall into one of four bins count as equal
  CHECK(measured({"auc", {{"thresholds", 5}}}, one_output, {0.3F, 0.4F}, {0, 1}) == 0.5);
  CHECK(measured({"auc"}, two_classes, {0.9F, 0.1F, 0.2F, 0.8F}, {0, 1}) == 1);
  // of three the mean: 1, 1 and 0.5
  CHECK(measured({"auc"}, three_classes, {1, 0, 0, 0, 1, 0, 0, 0, 0}, {0, 1, 2}) == Approx(2.5 / 3));
}

// Six rows of class 0, three of class 1, one of class 2, chosen so that the mean over the classes is neither that over
// the rows nor the share of all decisions together.
TEST_CASE("means over classes of different size take each class as much", "[nn][metrics]") {
  const std::vector<std::pair<std::size_t, float>> chosen_and_label{{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0},
                                                                    {1, 0}, {0, 1}, {1, 1}, {1, 1}, {0, 2}};
  std::vector<float> outputs;
  std::vector<float> numbers;
  std::vector<float> one_hot;
  for (const auto& [chosen, label] : chosen_and_label) {
    for (std::size_t i = 0; i < 3; ++i) {
      outputs.push_back(i == chosen ? 0.7F : 0.15F);
      one_hot.push_back(static_cast<float>(i) == label ? 1.0F : 0.0F);
    }
    numbers.push_back(label);
  }
  const auto check = [&](const char* name, double macro) {
    INFO(name);
    CHECK(measured({name}, three_classes, outputs, numbers) == Approx(macro));
    CHECK(measured({name}, {3, 3}, outputs, one_hot) == Approx(macro));
  };
  check("precision", (5.0 / 7 + 2.0 / 3 + 0) / 3); // 7 of 10 decisions are right
  check("recall", (5.0 / 6 + 2.0 / 3 + 0) / 3);
  check("f1", (10.0 / 13 + 4.0 / 6 + 0) / 3);
  CHECK(measured({"accuracy"}, three_classes, outputs, numbers) == Approx(0.7));
}

TEST_CASE("means over decisions that do not exclude each other take each output as much", "[nn][metrics]") {
  // Output 0: given 3 times, twice rightly, of 2 rows; output 1: given once, rightly, of 4 rows.
  const std::vector<float> outputs{0.9F, 0.9F, 0.9F, 0.1F, 0.9F, 0.1F, 0.1F, 0.1F};
  const std::vector<float> labels{1, 1, 1, 1, 0, 1, 0, 1};
  const metric_use use{2, 2, false};
  CHECK(measured({"precision"}, use, outputs, labels) == Approx((2.0 / 3 + 1) / 2)); // of all, 3 of 4
  CHECK(measured({"recall"}, use, outputs, labels) == Approx((1 + 1.0 / 4) / 2));    // of all, 3 of 6
  CHECK(measured({"f1"}, use, outputs, labels) == Approx((4.0 / 5 + 2.0 / 5) / 2));  // of all, 6 of 10
}

TEST_CASE("AUC is the mean over the classes that occur", "[nn][metrics]") {
  // Of class 0 all pairs are in order, of class 1 three of four; there is no row of class 2 or 3.
  const std::vector<float> outputs{0.9F, 0.5F, 0, 0, 0.7F, 0.2F, 0, 0, 0.2F, 0.4F, 0, 0, 0.1F, 0.8F, 0, 0};
  CHECK(measured({"auc"}, {4, 1}, outputs, {0, 0, 1, 1}) == Approx((1 + 0.75) / 2));
  CHECK(measured({"auc"}, {4, 4}, outputs, {1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0}) == Approx((1 + 0.75) / 2));
  // Outputs that decide for themselves: the second is 1 in every row.
  CHECK(measured({"auc"}, {2, 2, false}, {0.9F, 0.1F, 0.2F, 0.6F}, {1, 1, 0, 1}) == 1);
}

TEST_CASE("AUC of unequal classes is not weighted by their rows", "[nn][metrics]") {
  // Class 0, of one row: 1 of 3 pairs in order; class 1, of two rows: 4 of 4; class 2, of one: 2 of 3.
  const std::vector<float> outputs{0.3F, 0.1F, 0.6F, 0.5F, 0.9F, 0.2F, 0.4F, 0.8F, 0.1F, 0.1F, 0.3F, 0.5F};
  CHECK(measured({"auc"}, three_classes, outputs, {0, 1, 1, 2}) == Approx((1.0 / 3 + 1 + 2.0 / 3) / 3));
}

namespace {

bool takes_class_numbers(const std::string& name) {
  try {
    find_metric(name).make({name}, three_classes);
  } catch (const dk::failure&) {
    return false;
  }
  return true;
}

} // namespace

TEST_CASE("metrics of parts add up to that of the whole", "[nn][metrics]") {
  const std::size_t rows = 97;
  const auto outputs = test::random_numbers(rows * 3, 1, 0, 1);
  const auto labels = test::random_classes(rows, 3, 2);
  for (const auto& name : metric_names()) {
    if (!takes_class_numbers(name))
      continue;
    INFO(name);
    const auto metric = find_metric(name).make({name}, three_classes);
    std::vector<std::uint64_t> whole(metric->counters());
    metric->count(outputs.data(), labels.data(), rows, whole.data());
    std::vector<std::uint64_t> sum(metric->counters());
    for (const auto& [from, to] : std::vector<std::pair<std::size_t, std::size_t>>{{60, 97}, {0, 1}, {1, 60}}) {
      std::vector<std::uint64_t> part(metric->counters());
      metric->count(outputs.data() + from * 3, labels.data() + from, to - from, part.data());
      for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += part[i];
    }
    CHECK(sum == whole);
    CHECK(metric->value(whole.data()) > 0);
    CHECK(metric->value(whole.data()) <= 1);
  }
}

TEST_CASE("a model measures what is asked for", "[nn][metrics]") {
  model m{{"m", {4}, {test::dense(3, "softmax")}}, "categorical_crossentropy", 1};
  m.initialize(1);
  const auto x = test::random_numbers(600 * 4, 1);
  const auto y = test::random_classes(600, 3, 2);
  auto others = m.metric_set_of({{"accuracy"}, {"categorical_accuracy"}, {"top_k", {{"k", 3}}}, {"auc"}});
  const auto sums = m.evaluate(x.data(), y.data(), 600, &others);
  const auto values = others.values();
  REQUIRE(values.size() == 3);
  CHECK(values[0].first == "categorical_accuracy");
  CHECK(values[0].second == sums.accuracy());
  CHECK(values[1].second == 1);
  CHECK(values[2].second > 0.3);
  CHECK_THROWS_WITH(m.metric_set_of({{"aucc"}}), Catch::Contains("did you mean \"auc\""));
  CHECK_THROWS_AS(m.metric_set_of({{"top_k", {{"k", 0}}}}), dk::failure);
}

TEST_CASE("of several outputs each has its loss and metrics", "[nn][metrics]") {
  const architecture of{"m",
                        {4},
                        {{"dense", {{"units", 3}, {"activation", "softmax"}, {"name", "kind"}}},
                         {"dense", {{"units", 1}, {"name", "size"}, {"from", "x"}}}},
                        {{"x", {4}}},
                        {"kind", "size"}};
  model m{of, objective{{"categorical_crossentropy", "mean_squared_error"}, {2, 3}}, 2};
  m.initialize(1);
  const auto x = test::random_numbers(300 * 4, 1);
  const auto y = test::random_classes(600, 2, 2);
  auto others = m.metric_set_of({{"accuracy"}});
  const auto sums = m.evaluate(x.data(), y.data(), 300, &others);
  const auto list = others.values();
  const std::map<std::string, double> values{list.begin(), list.end()};
  REQUIRE(values.size() == 3);
  CHECK(values.at("kind_accuracy") == sums.accuracy());
  CHECK(2 * values.at("kind_loss") + 3 * values.at("size_loss") == Approx(sums.loss()));
  CHECK(values.count("size_accuracy") == 0); // it is a number
}

TEST_CASE("distances from labels by hand", "[nn][metrics][mae][mse][rmse][mape][r2]") {
  const std::vector<float> outputs{2.5F, 0, 2, 8};
  const std::vector<float> labels{3, -0.5F, 2, 7};
  CHECK(measured({"mae"}, one_output, outputs, labels) == Approx(0.5));
  CHECK(measured({"mse"}, one_output, outputs, labels) == Approx(0.375));
  CHECK(measured({"rmse"}, one_output, outputs, labels) == Approx(std::sqrt(0.375)));
  CHECK(measured({"r2"}, one_output, outputs, labels) == Approx(0.9486081370449679));
  CHECK(measured({"mape"}, one_output, outputs, labels) == Approx(100 * (0.5 / 3 + 1 + 0 + 1.0 / 7) / 4));
  // of several outputs mae is the mean over all numbers, r2 that over the outputs
  CHECK(measured({"mae"}, {2, 2}, {0, 0, 0, 0}, {1, 2, 3, 4}) == Approx(2.5));
  CHECK(measured({"r2"}, {2, 2}, {1, 3, 3, 3}, {1, 2, 3, 4}) == Approx((1.0 + 0.0) / 2));
  CHECK_THROWS_WITH(measured({"r2"}, three_classes, {1, 0, 0}, {0}), Catch::Contains("not a class number"));
  // far from 0 nothing cancels
  CHECK(measured({"r2"}, one_output, {1e6F, 1e6F + 1, 1e6F + 2}, {1e6F, 1e6F + 1, 1e6F + 3}) ==
        Approx(1 - 1 / (14.0 / 3)));
}

TEST_CASE("distances add up exactly, whatever the parts are and however they differ", "[nn][metrics]") {
  const std::size_t rows = 300;
  auto outputs = test::random_numbers(rows, 1, -1, 1);
  auto labels = test::random_numbers(rows, 2, -1, 1);
  for (std::size_t i = 0; i < rows; ++i) { // of very different sizes, so that plain sums would be rounded
    outputs[i] = std::ldexp(outputs[i], static_cast<int>(i % 90) - 45);
    labels[i] = std::ldexp(labels[i], static_cast<int>(i % 70) - 35);
  }
  for (const auto& name : metric_names()) {
    if (takes_class_numbers(name))
      continue;
    INFO(name);
    const auto metric = find_metric(name).make({name}, one_output);
    std::vector<std::uint64_t> whole(metric->counters());
    metric->count(outputs.data(), labels.data(), rows, whole.data());
    std::vector<std::uint64_t> sum(metric->counters());
    for (std::size_t from = rows; from-- > 0;) {
      std::vector<std::uint64_t> part(metric->counters());
      metric->count(outputs.data() + from, labels.data() + from, 1, part.data());
      for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += part[i];
    }
    CHECK(sum == whole);
  }
}
