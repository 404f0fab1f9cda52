#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "tests/nn/optimizers/optimizer_steps.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

// One weight that starts at 1, after each of the given gradients.
std::vector<double> path(const spec& from, const std::vector<float>& gradients) {
  const auto with = make_optimizer(from, 1);
  float w = 1;
  std::vector<double> seen;
  for (const float g : gradients) {
    with->apply(&w, &g);
    seen.push_back(static_cast<double>(w));
  }
  return seen;
}

// What one step at rate 1 of sgd, with this limit, adds to arrays of these sizes that start at 0.
std::vector<float> limited_step(const std::string& limit, double value, const std::vector<float>& gradient,
                                const std::vector<std::size_t>& arrays) {
  std::vector<float> w(gradient.size(), 0);
  make_optimizer({"sgd", {{"learning_rate", 1.0}, {limit, value}}}, w.size())->apply(w.data(), gradient.data(), arrays);
  return w;
}

} // namespace

TEST_CASE("sgd takes its step", "[nn][optimizers]") {
  const auto w = path({"sgd", {{"learning_rate", 0.1}}}, {2, -1});
  CHECK(w[0] == Approx(0.8));
  CHECK(w[1] == Approx(0.9));
  CHECK(path({"sgd"}, {1})[0] == Approx(0.99)); // the default rate is 0.01
}

TEST_CASE("sgd with decay slows down", "[nn][optimizers]") {
  const auto w = path({"sgd", {{"learning_rate", 0.1}, {"decay", 1.0}}}, {1, 1, 1});
  CHECK(w[0] == Approx(0.9));
  CHECK(w[1] == Approx(0.9 - 0.05));
  CHECK(w[2] == Approx(0.85 - 0.1 / 3));
}

TEST_CASE("sgd with momentum remembers", "[nn][optimizers]") {
  const auto w = path({"sgd", {{"learning_rate", 0.1}, {"momentum", 0.5}}}, {1, 1, 0});
  CHECK(w[0] == Approx(0.9));          // u = -0.1
  CHECK(w[1] == Approx(0.9 - 0.15));   // u = -0.05 - 0.1
  CHECK(w[2] == Approx(0.75 - 0.075)); // u = -0.075
}

TEST_CASE("sgd with nesterov looks ahead", "[nn][optimizers]") {
  const auto w = path({"sgd", {{"learning_rate", 0.1}, {"momentum", 0.5}, {"nesterov", true}}}, {1, 1});
  CHECK(w[0] == Approx(1 - 0.05 - 0.1));     // 0.5 u - 0.1 g with u = -0.1
  CHECK(w[1] == Approx(0.85 - 0.075 - 0.1)); // u = -0.15
}

TEST_CASE("adam's first steps", "[nn][optimizers]") {
  // t = 1: m = 0.1 g, v = 0.001 g^2, corrected rate 0.001 sqrt(0.001) / 0.1: the step is the rate, whatever g is.
  const auto w = path({"adam"}, {0.5F, -0.25F});
  CHECK(1 - w[0] == Approx(0.001).epsilon(1e-4));
  // t = 2: m = 0.9 * 0.05 - 0.1 * 0.25 = 0.02, v = 0.999 * 0.00025 + 0.001 * 0.0625 = 0.00031225
  const double rate = 0.001 * std::sqrt(1 - 0.999 * 0.999) / (1 - 0.9 * 0.9);
  CHECK(w[0] - w[1] == Approx(rate * 0.02 / (std::sqrt(0.00031225) + 1e-7)).epsilon(1e-3));
}

TEST_CASE("adam's epsilon stands outside the corrected root", "[nn][optimizers]") {
  const auto w = path({"adam", {{"learning_rate", 1.0}, {"epsilon", 0.1}}}, {1});
  CHECK(1 - w[0] == Approx(std::sqrt(0.001) / 0.1 * 0.1 / (std::sqrt(0.001) + 0.1)).epsilon(1e-5));
}

TEST_CASE("adagrad accumulates", "[nn][optimizers]") {
  const auto w = path({"adagrad", {{"learning_rate", 0.5}}}, {1, 2});
  CHECK(w[0] == Approx(1 - 0.5 / std::sqrt(1.1)));
  CHECK(w[1] == Approx(1 - 0.5 / std::sqrt(1.1) - 0.5 * 2 / std::sqrt(5.1)));
}

TEST_CASE("every optimizer's first ten steps are those of its formula", "[nn][optimizers]") {
  for (const auto& known : test::known_steps) {
    INFO(known.optimizer.name << " " << known.optimizer.keys.dump());
    const auto w = path(known.optimizer, {std::begin(test::ten_gradients), std::end(test::ten_gradients)});
    for (std::size_t step = 0; step < 10; ++step) {
      INFO("step " << step + 1);
      CHECK(w[step] == Approx(known.weights[step]).margin(5e-7).epsilon(0));
    }
  }
  for (const auto& name : optimizer_names()) {
    INFO("optimizer `" << name << "` lacks its ten steps in tests/nn/optimizers/optimizer_steps.hpp; add a line");
    CHECK(std::any_of(test::known_steps.begin(), test::known_steps.end(),
                      [&](const test::ten_steps& known) { return known.optimizer.name == name; }));
  }
}

TEST_CASE("a gradient in factors gives the same step as its product", "[nn][optimizers]") {
  const float x[] = {0.5F, -1, 2, 0, 3, 0.25F}; // 2 rows of 3
  const float dz[] = {1, 0.5F, -2, 0.125F};     // 2 rows of 2
  const small_batch_gradient factors{2, 3, 2, x, 3, dz};
  float product[6];
  store(factors, product);
  auto wanted = test::known_steps;
  wanted.push_back({{"adam", {{"clipvalue", 0.5}}}, {}});
  for (const auto& known : wanted) {
    INFO(known.optimizer.name << " " << known.optimizer.keys.dump());
    const auto whole = make_optimizer(known.optimizer, 6);
    const auto factored = make_optimizer(known.optimizer, 6);
    std::vector<float> a(6, 1);
    std::vector<float> b(6, 1);
    for (int step = 0; step < 3; ++step) {
      whole->apply(a.data(), product);
      factored->begin_step();
      factored->apply_small_batch(0, b.data(), factors);
    }
    CHECK(a == b);
  }
}

TEST_CASE("clipvalue keeps every number of the gradient within its bounds", "[nn][optimizers]") {
  const auto w = limited_step("clipvalue", 0.5, {2, -3, 0.25F, NAN}, {4});
  CHECK(w[0] == -0.5F);
  CHECK(w[1] == 0.5F);
  CHECK(w[2] == -0.25F);
  CHECK(std::isnan(w[3]));
}

TEST_CASE("clipnorm is a norm per array, global_clipnorm one of them all", "[nn][optimizers]") {
  const std::vector<float> g{3, 4, 0.3F, 0.4F}; // norms 5 and 0.5, together sqrt(25.25)
  const auto w = limited_step("clipnorm", 1, g, {2, 2});
  CHECK(w[0] == Approx(-0.6));
  CHECK(w[1] == Approx(-0.8));
  CHECK(w[2] == -0.3F); // is short enough
  CHECK(w[3] == -0.4F);
  const auto all = limited_step("global_clipnorm", 1, g, {2, 2});
  CHECK(all[0] == Approx(-3 / std::sqrt(25.25)));
  CHECK(all[3] == Approx(-0.4 / std::sqrt(25.25)));
}

TEST_CASE("a norm is summed over all numbers of a long gradient", "[nn][optimizers]") {
  const std::size_t size = 10007;
  const auto w = limited_step("clipnorm", 1, std::vector<float>(size, 1), {size});
  for (const std::size_t i : {std::size_t{0}, size / 2, size - 1})
    CHECK(w[i] == Approx(-1 / std::sqrt(10007.0)));
}

TEST_CASE("two ways to clip exclude each other", "[nn][optimizers]") {
  CHECK_THROWS_WITH(check_optimizer({"sgd", {{"clipnorm", 1.0}, {"clipvalue", 1.0}}}),
                    Catch::Contains("cannot be combined"));
  CHECK_NOTHROW(check_optimizer({"sgd", {{"clipnorm", 1.0}, {"clipvalue", 0.0}}}));
}

TEST_CASE("a norm cannot be clipped where the arrays are not known", "[nn][optimizers]") {
  float w = 0;
  CHECK_THROWS_AS(make_optimizer({"sgd", {{"clipnorm", 1.0}}}, 1)->apply(&w, &w), dk::failure);
}

TEST_CASE("a step in slices is the same step", "[nn][optimizers]") {
  for (const auto& name : optimizer_names()) {
    INFO(name);
    const auto whole = make_optimizer({name}, 100);
    const auto sliced = make_optimizer({name}, 100);
    std::vector<float> a(100, 1);
    std::vector<float> b(100, 1);
    std::vector<float> g(100);
    for (int step = 0; step < 3; ++step) {
      for (std::size_t i = 0; i < 100; ++i)
        g[i] = std::sin(static_cast<float>(i) + static_cast<float>(step));
      whole->apply(a.data(), g.data());
      sliced->begin_step();
      sliced->apply_slice(37, 63, b.data() + 37, g.data() + 37);
      sliced->apply_slice(0, 37, b.data(), g.data());
    }
    CHECK(a == b);
  }
}

TEST_CASE("an optimizer goes on from its saved state", "[nn][optimizers]") {
  for (const auto& name : optimizer_names()) {
    INFO(name);
    const auto first = make_optimizer({name}, 1);
    float w = 1;
    const float g = 0.3F;
    for (int step = 0; step < 5; ++step)
      first->apply(&w, &g);
    const auto second = make_optimizer({name}, 1);
    std::copy_n(first->state(), first->state_size(), second->state());
    second->set_steps(first->steps());
    float again = w;
    first->apply(&w, &g);
    second->apply(&again, &g);
    CHECK(w == again);
  }
}

TEST_CASE("the learning rate can be changed on the way", "[nn][optimizers]") {
  const auto with = make_optimizer({"sgd", {{"learning_rate", 0.1}}}, 1);
  with->set_learning_rate(with->learning_rate() / 10);
  float w = 1;
  const float g = 1;
  with->apply(&w, &g);
  CHECK(w == Approx(0.99));
}

TEST_CASE("an optimizer nobody knows is refused with a hint", "[nn][optimizers]") {
  CHECK_THROWS_WITH(check_optimizer({"adma"}), Catch::Contains("did you mean \"adam\""));
  CHECK_THROWS_WITH(check_optimizer({"adam", {{"learning_rat", 1}}}),
                    Catch::Contains("did you mean \"learning_rate\""));
  CHECK_THROWS_WITH(check_optimizer({"adam", {{"beta_1", 1.0}}}), Catch::Contains("below 1"));
  CHECK_THROWS_WITH(check_optimizer({"sgd", {{"nesterov", 1}}}), Catch::Contains("true or false"));
  CHECK_THROWS_WITH(check_optimizer({"sgd", {{"learning_rate", "fast"}}}), Catch::Contains("expected a number"));
  CHECK_THROWS_AS(check_optimizer({"sgd", {{"learning_rate", -1}}}), dk::failure);
}

// Keras before 2.11: v = 0.1 g^2 and a step of g / (sqrt(v) + epsilon).
TEST_CASE("rmsprop adds epsilon to the root where it is told to", "[nn][optimizers]") {
  const spec outside{"rmsprop", {{"learning_rate", 0.1}, {"epsilon", 0.5}, {"epsilon_outside", true}}};
  const auto w = path(outside, {2, 1});
  const double first = 0.1 * 2 / (std::sqrt(0.4) + 0.5);
  CHECK(w[0] == Approx(1 - first));
  CHECK(w[1] == Approx(1 - first - 0.1 * 1 / (std::sqrt(0.9 * 0.4 + 0.1) + 0.5)));
  auto centered = outside;
  centered.keys["centered"] = true;
  CHECK(path(centered, {2})[0] == Approx(1 - 0.1 * 2 / (std::sqrt(0.4 - 0.04) + 0.5)));
  auto refused = outside;
  refused.keys["momentum"] = 0.5;
  CHECK_THROWS_WITH(make_optimizer(refused, 1), Catch::Contains("epsilon_outside") && Catch::Contains("momentum"));
}
