// What several have measured adds up to what one would have.
#include "nn/metric_set.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <catch2/catch.hpp>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

constexpr std::size_t rows = 97;

// Of three classes, 0 is most of the rows and 2 a few.
std::vector<float> unequal_classes() {
  std::vector<float> labels(rows);
  for (std::size_t i = 0; i < rows; ++i)
    labels[i] = i % 11 == 3 ? 2.0F : i % 4 == 1 ? 1.0F : 0.0F;
  return labels;
}

struct measured_case {
  std::string what;
  architecture of;
  objective loss;
  std::size_t label_width;
  std::vector<float> labels;
  std::vector<spec> metrics;
};

std::vector<measured_case> measured_cases() {
  const std::vector<spec> of_classes{{"accuracy"}, {"precision"}, {"recall"}, {"f1"}, {"auc"}};
  const std::vector<spec> of_numbers{{"mae"}, {"mse"}, {"rmse"}, {"mape"}, {"r2"}};
  std::vector<float> both; // a class and a number
  for (const auto kind : unequal_classes())
    both.insert(both.end(), {kind, 3 * kind - 1});
  const architecture two{"two",
                         {4},
                         {{"dense", {{"units", 3}, {"activation", "softmax"}, {"name", "kind"}}},
                          {"dense", {{"units", 1}, {"name", "size"}, {"from", "x"}}}},
                         {{"x", {4}}},
                         {"kind", "size"}};
  const architecture number{"number", {4}, {test::dense(1)}};
  auto sizes = unequal_classes();
  for (std::size_t i = 0; i < rows; ++i)
    sizes[i] = 3 * sizes[i] + static_cast<float>(i) / 7;
  return {{"one output",
           {"one", {4}, {test::dense(3, "softmax")}},
           "categorical_crossentropy",
           1,
           unequal_classes(),
           of_classes},
          {"two outputs", two, objective{{"categorical_crossentropy", "mean_squared_error"}, {1, 0.5}}, 2, both,
           of_classes},
          {"a number", number, "mean_squared_error", 1, sizes, of_numbers}};
}

struct measured_rows {
  loss_sums sums;
  metric_set others;
};

measured_rows measure_rows(model& with, const measured_case& of, std::size_t from, std::size_t to) {
  static const auto features = test::random_numbers(rows * 4, 5);
  measured_rows all{{}, with.metric_set_of(of.metrics)};
  all.sums =
      with.evaluate(features.data() + from * 4, of.labels.data() + from * of.label_width, to - from, &all.others);
  return all;
}

void check_same(const metric_set& a, const metric_set& b) {
  const auto x = a.counts();
  const auto y = b.counts();
  REQUIRE(x.losses.size() == y.losses.size());
  for (std::size_t i = 0; i < x.losses.size(); ++i) {
    CHECK(x.losses[i].rows == y.losses[i].rows);
    CHECK(x.losses[i].correct == y.losses[i].correct);
    CHECK(x.losses[i].loss_sum == Approx(y.losses[i].loss_sum).epsilon(1e-6));
  }
  const auto values = a.values();
  const auto others = b.values();
  REQUIRE(values.size() == others.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    INFO(values[i].first);
    CHECK(values[i].first == others[i].first);
    CHECK(values[i].second == Approx(others[i].second).epsilon(1e-5));
  }
}

} // namespace

TEST_CASE("what parts have measured adds up to what the whole has", "[nn][metrics]") {
  using parts = std::vector<std::pair<std::size_t, std::size_t>>;
  for (const auto& of : measured_cases()) {
    model with{of.of, of.loss, of.label_width};
    with.initialize(3);
    const auto whole = measure_rows(with, of, 0, rows);
    for (const auto& split :
         {parts{{0, 60}, {60, 97}}, parts{{60, 97}, {0, 1}, {1, 60}}, parts{{0, 40}, {40, 40}, {40, 41}, {41, 97}}}) {
      INFO(of.what << " in " << split.size() << " parts");
      auto sum = with.metric_set_of(of.metrics); // as a driver starts, without rows of its own
      loss_sums sums;
      for (const auto& [from, to] : split) {
        const auto part = measure_rows(with, of, from, to);
        sum.add(part.others.counts());
        sums += part.sums;
      }
      check_same(sum, whole.others);
      CHECK(sums.rows == whole.sums.rows);
      CHECK(sums.correct == whole.sums.correct);
      CHECK(sums.loss_sum == Approx(whole.sums.loss_sum).epsilon(1e-6));

      auto first = measure_rows(with, of, split[0].first, split[0].second); // as one who has measured rows itself
      for (std::size_t i = 1; i < split.size(); ++i)
        first.others.add(measure_rows(with, of, split[i].first, split[i].second).others.counts());
      check_same(first.others, whole.others);
    }
  }
}

TEST_CASE("measurements go on counting after others were added", "[nn][metrics]") {
  for (const auto& of : measured_cases()) {
    INFO(of.what);
    model with{of.of, of.loss, of.label_width};
    with.initialize(3);
    const auto features = test::random_numbers(rows * 4, 5);
    auto sum = with.metric_set_of(of.metrics);
    sum.add(measure_rows(with, of, 50, rows).others.counts());
    with.evaluate(features.data(), of.labels.data(), 50, &sum);
    check_same(sum, measure_rows(with, of, 0, rows).others);
  }
}

TEST_CASE("counts of other metrics or outputs are not added", "[nn][metrics]") {
  const auto cases = measured_cases();
  model one{cases[0].of, cases[0].loss, 1};
  model two{cases[1].of, cases[1].loss, 2};
  auto of_one = one.metric_set_of({{"f1"}});
  CHECK_THROWS_AS(of_one.add(one.metric_set_of({{"f1"}, {"auc"}}).counts()), dk::failure);
  CHECK_THROWS_AS(of_one.add(one.metric_set_of({}).counts()), dk::failure);
  auto losses_only = two.metric_set_of({});
  CHECK_THROWS_AS(losses_only.add(one.metric_set_of({}).counts()), dk::failure);
  CHECK_NOTHROW(losses_only.add(two.metric_set_of({}).counts()));
}
