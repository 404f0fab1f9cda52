#include "nn/catalog.hpp"
#include "nn/model/model.hpp"
#include "nn/model/summary.hpp"
#include "tests/nn/fixtures.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace dk::nn;
namespace test = dk::nn::test;

TEST_CASE("batch normalization by hand", "[nn][images][batch_normalization]") {
  model m{{"m", {1}, {{"batch_normalization", {{"momentum", 0.75}, {"epsilon", 0}}}}}, "mean_squared_error", 1};
  REQUIRE(m.num_weights() == 4); // gamma, beta, moving mean and variance
  CHECK_FALSE(m.is_all_trained());
  m.initialize(1);
  CHECK(std::vector<float>(m.weights(), m.weights() + 4) == std::vector<float>{1, 0, 0, 1});
  m.weights()[0] = 2;
  m.weights()[1] = 10;
  const float x[] = {1, 5};
  const float y[] = {8, 12}; // mean 3, deviation 2: -1 and 1, times 2, plus 10
  const auto with = make_optimizer({"adamw", {{"clipnorm", 1.0}}}, 4);
  CHECK(m.compute_gradient({x, y, 2}).loss() == Approx(0).margin(1e-9));
  CHECK(m.weights()[2] == 0); // a gradient alone moves nothing
  m.train_on_batch({x, y, 2}, *with);
  CHECK(m.weights()[2] == 0.75F); // a quarter of the way from 0 to 3
  CHECK(m.weights()[3] == 1.75F); // and from 1 to 4
  m.weights()[0] = 2;
  m.weights()[1] = 10;
  float predicted[2];
  m.predict(x, 2, predicted);
  CHECK(predicted[0] == Approx(2 * (1 - 0.75) / std::sqrt(1.75) + 10));
}

// 1 and 5 have the variance 4; what they were drawn from, as far as two numbers tell, 8.
TEST_CASE("the moving variance of images is that of a sample where it is told to", "[nn][images]") {
  const auto moved = [](const shape& input, const char* key) {
    model m{{"m", input, {{"batch_normalization", {{"momentum", 0.75}, {key, true}}}}}, "mean_squared_error", 1};
    m.initialize(1);
    const float x[] = {1, 5};
    m.train_on_batch({x, x, 2}, *make_optimizer({"sgd"}, 4));
    return m.weights()[3];
  };
  CHECK(moved({1, 1, 1}, "sample_variance") == 2.75F); // a quarter of the way from 1 to 8
  CHECK(moved({1, 1, 1}, "center") == 1.75F);
  CHECK(moved({1}, "sample_variance") == 1.75F); // no image
}

TEST_CASE("moving statistics follow the batches with every optimizer, in both ways to step", "[nn][images]") {
  for (const auto& name : optimizer_names())
    for (const double clip : {0.0, 1.0}) {
      INFO(name << ", clipnorm " << clip);
      model m{{"m", {3}, {test::dense(4), {"batch_normalization"}, test::dense(2)}}, "mean_squared_error", 2};
      m.initialize(1);
      const auto with = make_optimizer({name, {{"learning_rate", 0.0}, {"clipnorm", clip}}}, m.num_weights());
      const auto x = test::random_numbers(20 * 3, 1);
      const auto y = test::random_numbers(20 * 2, 2);
      for (int step = 0; step < 1000; ++step)
        m.train_on_batch({x.data(), y.data(), 20}, *with);
      // at rest the statistics are those of the batch: predicting and training then agree
      CHECK(m.evaluate(x.data(), y.data(), 20).loss() ==
            Approx(m.compute_gradient({x.data(), y.data(), 20}).loss()).epsilon(1e-3));
    }
}

TEST_CASE("the summary counts what is not trained", "[nn][images]") {
  CHECK_THAT(summary({"m", {3}, {{"batch_normalization"}, test::dense(1)}}),
             Catch::Contains("Trainable params: 10 ") && Catch::Contains("Non-trainable params: 6 "));
}
