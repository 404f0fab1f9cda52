#include "common/error.hpp"
#include "nn/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace dk::nn;
namespace test = dk::nn::test;

namespace {

// A model that hands its input to the loss: W = identity, b = 0.
model passing(const char* activation, const char* loss, std::size_t width, std::size_t label_width) {
  model m{{"m", {width}, {test::dense(width, activation)}}, loss, label_width};
  for (std::size_t i = 0; i < width; ++i)
    m.weights()[i * width + i] = 1;
  return m;
}

float bias_gradient(const model& m, std::size_t i, std::size_t width) {
  return m.gradient()[width * width + i];
}

} // namespace

TEST_CASE("softmax with crossentropy by hand", "[nn][losses]") {
  auto m = passing("softmax", "categorical_crossentropy", 3, 1);
  const float x[] = {1, 2, 3};
  const float label = 2;
  const auto sums = m.compute_gradient({x, &label, 1});
  CHECK(sums.loss() == Approx(0.40760596)); // log(1 + e^-1 + e^-2)
  CHECK(sums.correct == 1);
  CHECK(bias_gradient(m, 0, 3) == Approx(0.09003057)); // p - y
  CHECK(bias_gradient(m, 1, 3) == Approx(0.24472847));
  CHECK(bias_gradient(m, 2, 3) == Approx(0.66524096 - 1));
}

TEST_CASE("crossentropy stays finite for outputs far apart", "[nn][losses]") {
  auto m = passing("softmax", "categorical_crossentropy", 2, 1);
  const float x[] = {500, -500};
  const float label = 1;
  CHECK(m.compute_gradient({x, &label, 1}).loss() == Approx(1000));
  CHECK(m.evaluate(x, &label, 1).loss() == Approx(1000));
}

TEST_CASE("crossentropy without softmax normalises and clips as Keras does", "[nn][losses]") {
  auto m = passing("linear", "categorical_crossentropy", 2, 2);
  const float x[] = {1, 3, 0, 4};
  const float labels[] = {0, 1, 1, 0};
  const auto sums = m.compute_gradient({x, labels, 2});
  CHECK(sums.loss() == Approx((-std::log(0.75) - std::log(1e-7)) / 2));
  CHECK(sums.correct == 1);
  CHECK(bias_gradient(m, 0, 2) == Approx(0.25 / 2)); // only the first row: (1 / sum) / rows
}

TEST_CASE("mean squared error by hand", "[nn][losses]") {
  auto m = passing("linear", "mean_squared_error", 2, 2);
  const float x[] = {1, 2, 3, 4};
  const float labels[] = {0, 2, 3, 6};
  const auto sums = m.compute_gradient({x, labels, 2});
  CHECK(sums.loss() == Approx((1.0 / 2 + 4.0 / 2) / 2));
  CHECK(sums.correct == 2);
  CHECK(bias_gradient(m, 0, 2) == Approx(2.0 * 1 / 4));
  CHECK(bias_gradient(m, 1, 2) == Approx(2.0 * -2 / 4));
}

TEST_CASE("a single output counts as right on the label's side of one half", "[nn][losses]") {
  auto m = passing("linear", "mean_squared_error", 1, 1);
  const float x[] = {0.4F, 0.6F, 0.9F};
  const float labels[] = {0, 1, 0};
  CHECK(m.evaluate(x, labels, 3).correct == 2);
}

TEST_CASE("a label that names no class is refused", "[nn][losses]") {
  auto m = passing("softmax", "categorical_crossentropy", 3, 1);
  const float x[] = {1, 2, 3};
  for (const float label : {3.0F, -1.0F, 0.5F, NAN}) {
    CHECK_THROWS_AS(m.compute_gradient({x, &label, 1}), dk::failure);
  }
}

TEST_CASE("labels and outputs that do not fit are refused", "[nn][losses]") {
  CHECK_THROWS_WITH(passing("softmax", "categorical_crossentropy", 3, 2), Catch::Contains("layer 0 (dense)"));
  CHECK_THROWS_WITH(passing("linear", "mean_squared_error", 3, 1), Catch::Contains("3 outputs"));
  CHECK_THROWS_WITH(passing("softmax", "categorical_crossentropy", 1, 1), Catch::Contains("at least 2"));
}

TEST_CASE("a number that is not finite shows in the loss", "[nn][losses]") {
  for (const char* loss : {"categorical_crossentropy", "mean_squared_error"}) {
    auto m = passing("softmax", loss, 2, 2);
    const float x[] = {NAN, 1};
    const float labels[] = {0, 1};
    CHECK(std::isnan(m.compute_gradient({x, labels, 1}).loss()));
  }
}

TEST_CASE("metrics of batches add up to those of all rows", "[nn][losses]") {
  auto m = passing("softmax", "categorical_crossentropy", 4, 1);
  const auto x = test::random_numbers(600 * 4, 1);
  const auto y = test::random_classes(600, 4, 2);
  const auto whole = m.evaluate(x.data(), y.data(), 600);
  auto parts = m.evaluate(x.data(), y.data(), 200);
  parts += m.evaluate(x.data() + 200 * 4, y.data() + 200, 400);
  CHECK(parts.rows == 600);
  CHECK(parts.correct == whole.correct);
  CHECK(parts.loss() == Approx(whole.loss()));
  CHECK(metrics{}.loss() == 0);
  CHECK(metrics{}.accuracy() == 0);
}
