#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/model.hpp"
#include "nn/parts/activation.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/walk.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace dk::nn;
namespace test = dk::nn::test;

TEST_CASE("every layer is worked out by hand", "[nn][layers]") {
  for (const auto& name : layer_names())
    dk::test::check_tagged("layer", name, "nn", "tests/nn/layers/layers_test.cpp or a file beside it");
}

TEST_CASE("a dense layer by hand: y = relu(x W + b), and its gradient", "[nn][layers][dense]") {
  model m{{"m", {2}, {test::dense(2, "relu")}}, "mean_squared_error", 2};
  const float w[] = {1, -1, 2, 3, 0.5F, -10}; // W = [[1, -1], [2, 3]], b = [0.5, -10]
  std::copy(std::begin(w), std::end(w), m.weights());
  const float x[] = {1, 2, 3, 1};
  float y[4];
  m.predict(x, 2, y);
  CHECK(y[0] == 5.5F); // 1 + 4 + 0.5
  CHECK(y[1] == 0.0F); // -1 + 6 - 10 is below 0
  CHECK(y[2] == 5.5F);
  CHECK(y[3] == 0.0F);

  const float labels[] = {5, 1, 5.5F, 0};
  const auto sums = m.compute_gradient({x, labels, 2});
  CHECK(sums.loss() == Approx((0.25 + 1) / 2 / 2));
  // dL/dy = 2 (y - label) / (2 rows * 2 outputs): 0.25 for the first output of the first row; the second is cut by relu
  const float expected[] = {0.25F, 0, 0.5F, 0, 0.25F, 0};
  CHECK(std::equal(std::begin(expected), std::end(expected), m.gradient()));
}

TEST_CASE("a dense layer without bias has a kernel only", "[nn][layers]") {
  model m{{"m", {3}, {{"dense", {{"units", 2}, {"use_bias", false}}}}}, "mean_squared_error", 2};
  CHECK(m.num_weights() == 6);
}

TEST_CASE("activations have their textbook values", "[nn][layers][activation]") {
  const auto value = [](const char* name, float x) {
    find_activation(name).apply(&x, nullptr, 1, 1);
    return static_cast<double>(x);
  };
  for (const double x : {-90.0, -20.0, -3.0, -0.7, -0.2, 0.0, 1e-4, 0.3, 0.62, 0.63, 2.0, 15.0, 90.0}) {
    INFO(x);
    CHECK(value("tanh", static_cast<float>(x)) == Approx(std::tanh(x)).epsilon(1e-6));
    CHECK(value("sigmoid", static_cast<float>(x)) == Approx(1 / (1 + std::exp(-x))).epsilon(1e-6).margin(1e-37));
    CHECK(value("relu", static_cast<float>(x)) == Approx(std::max(x, 0.0)));
    CHECK(value("linear", static_cast<float>(x)) == Approx(x));
    CHECK(value("elu", static_cast<float>(x)) == Approx(x < 0 ? std::expm1(x) : x).epsilon(1e-6).margin(1e-7));
    CHECK(value("selu", static_cast<float>(x)) ==
          Approx(1.05070098735548 * (x < 0 ? 1.67326324235438 * std::expm1(x) : x)).epsilon(1e-6).margin(2e-7));
    CHECK(value("leaky_relu", static_cast<float>(x)) == Approx(x < 0 ? 0.2 * x : x));
    CHECK(value("hard_sigmoid", static_cast<float>(x)) ==
          Approx(std::clamp(0.2 * x + 0.5, 0.0, 1.0)).epsilon(1e-6).margin(1e-7));
    CHECK(value("softplus", static_cast<float>(x)) == Approx(std::log1p(std::exp(x))).epsilon(1e-6).margin(1e-37));
    CHECK(value("softsign", static_cast<float>(x)) == Approx(x / (1 + std::abs(x))));
    if (x < 88)
      CHECK(value("exponential", static_cast<float>(x)) == Approx(std::exp(x)).epsilon(1e-5).margin(1e-37));
  }
  for (const auto& name : activation_names())
    CHECK(std::isnan(value(name.c_str(), NAN)));
}

TEST_CASE("functions with a slope of their own are layers", "[nn][layers][leaky_relu][elu]") {
  const float x[] = {-2, 3};
  float y[2];
  model leaky{{"m", {2}, {{"leaky_relu", {{"alpha", 0.25}}}}}, "mean_squared_error", 2};
  leaky.predict(x, 1, y);
  CHECK(y[0] == -0.5F);
  CHECK(y[1] == 3.0F);
  model elu{{"m", {2}, {{"elu", {{"alpha", 0.5}}}}}, "mean_squared_error", 2};
  elu.predict(x, 1, y);
  CHECK(y[0] == Approx(0.5 * (std::exp(-2) - 1)));
  CHECK(y[1] == 3.0F);
}

TEST_CASE("softmax adds up to one, however large its inputs", "[nn][layers]") {
  float y[] = {1000, 1001, 1002, -1000, 0, 0};
  find_activation("softmax").apply(y, nullptr, 2, 3);
  CHECK(y[0] == Approx(0.09003057));
  CHECK(y[2] == Approx(0.66524096));
  CHECK(y[3] == Approx(0).margin(1e-30));
  CHECK(y[4] == Approx(0.5));
}

namespace {

// What dropout makes of ones: the mean over samples is the gradient of a bias that passes through it.
model dropout_on_ones(double rate, std::size_t width) {
  model m{{"m", {1}, {test::dense(width), test::dropout(rate)}}, "mean_squared_error", width};
  std::fill_n(m.weights(), m.num_weights(), 1.0F);
  return m;
}

// Loss with labels 0 is the mean of the squares of the outputs: (2 / (1 - rate))^2 kept, 0 dropped.
double kept_share(model& m, double rate, std::size_t width) {
  const float x = 1;
  const std::vector<float> labels(width, 0);
  return m.compute_gradient({&x, labels.data(), 1}).loss() / std::pow(2 / (1 - rate), 2);
}

} // namespace

TEST_CASE("dropout keeps its share and therefore the mean", "[nn][layers][dropout]") {
  for (const double rate : {0.0, 0.2, 0.5, 0.9}) {
    auto m = dropout_on_ones(rate, 20000);
    m.seed_dropout(1);
    CHECK(kept_share(m, rate, 20000) == Approx(1 - rate).margin(0.015));
  }
}

TEST_CASE("dropout repeats itself after the same seed, and not from step to step", "[nn][layers]") {
  auto m = dropout_on_ones(0.5, 500);
  const auto mask = [&] {
    kept_share(m, 0.5, 500);
    return std::vector<float>(m.gradient(), m.gradient() + m.num_weights());
  };
  m.seed_dropout(7);
  const auto first = mask();
  const auto second = mask();
  m.seed_dropout(7);
  CHECK(mask() == first);
  CHECK(mask() == second);
  CHECK(first != second);
  m.seed_dropout(8);
  CHECK(mask() != first);
}

TEST_CASE("dropout draws the same numbers on every machine", "[nn][layers]") {
  auto m = dropout_on_ones(0.5, 24);
  m.seed_dropout(1);
  kept_share(m, 0.5, 24);
  std::string kept;
  for (std::size_t i = 0; i < 24; ++i)
    kept += m.gradient()[i] != 0 ? '1' : '0';
  CHECK(kept == "111100000100011100111011");
}

TEST_CASE("dropout does nothing when predicting", "[nn][layers]") {
  auto m = dropout_on_ones(0.5, 100);
  const float x = 1;
  std::vector<float> y(100);
  m.predict(&x, 1, y.data());
  CHECK(std::all_of(y.begin(), y.end(), [](float v) { return v == 2.0F; }));
}

TEST_CASE("flatten makes one axis of an image", "[nn][layers][flatten]") {
  model m{{"m", {2, 2, 3}, {{"flatten"}, test::dense(1)}}, "mean_squared_error", 1};
  CHECK(m.num_weights() == 13);
  std::iota(m.weights(), m.weights() + 13, 0.0F);
  float x[12] = {};
  x[5] = 2;
  float y = 0;
  m.predict(x, 1, &y);
  CHECK(y == 22.0F); // 2 * 5 + bias 12
}

TEST_CASE("a dense layer on an image asks for flatten, by index and name", "[nn][layers]") {
  CHECK_THROWS_WITH((model{{"m", {2, 2}, {test::dropout(0.5), test::dense(3)}}, "mean_squared_error", 3}),
                    Catch::Contains("layer 1 (dense)") && Catch::Contains("flatten"));
}
