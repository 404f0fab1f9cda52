#include "common/error.hpp"
#include "nn/catalog.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace dk::nn;
using dk::spec;

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
  const auto first = make_optimizer({"adam"}, 1);
  float w = 1;
  const float g = 0.3F;
  first->apply(&w, &g);
  const auto second = make_optimizer({"adam"}, 1);
  std::copy_n(first->state(), first->state_size(), second->state());
  second->set_steps(first->steps());
  float again = w;
  first->apply(&w, &g);
  second->apply(&again, &g);
  CHECK(w == again);
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
  CHECK_THROWS_WITH(check_optimizer({"sgd", {{"learning_rate", "fast"}}}), Catch::Contains("must be a number"));
  CHECK_THROWS_AS(check_optimizer({"sgd", {{"learning_rate", -1}}}), dk::failure);
}
