#include "nn/parts/schedule.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

using namespace dk::nn;
using nlohmann::json;

namespace {

struct example {
  json table;
  std::map<std::uint64_t, double> rates;
};

const double half_cosine = (1 + std::cos(M_PI * 0.25)) / 2;

// By hand, from the formulas in the documentation of Keras 2.15.
const std::vector<example> rate_examples{
    {{{"name", "exponential_decay"}, {"initial_learning_rate", 0.5}, {"decay_steps", 10}, {"decay_rate", 0.25}},
     {{0, 0.5}, {5, 0.25}, {10, 0.125}, {20, 0.03125}}},
    {{{"name", "exponential_decay"},
      {"initial_learning_rate", 0.5},
      {"decay_steps", 10},
      {"decay_rate", 0.25},
      {"staircase", true}},
     {{9, 0.5}, {10, 0.125}, {19, 0.125}}},
    {{{"name", "inverse_time_decay"}, {"initial_learning_rate", 0.5}, {"decay_steps", 10}, {"decay_rate", 2.0}},
     {{0, 0.5}, {5, 0.25}, {10, 0.5 / 3}}},
    {{{"name", "inverse_time_decay"},
      {"initial_learning_rate", 0.5},
      {"decay_steps", 10},
      {"decay_rate", 2.0},
      {"staircase", true}},
     {{9, 0.5}, {10, 0.5 / 3}}},
    {{{"name", "piecewise_constant_decay"}, {"boundaries", {10, 20}}, {"values", {1.0, 0.5, 0.1}}},
     {{0, 1.0}, {10, 1.0}, {11, 0.5}, {20, 0.5}, {21, 0.1}, {1000, 0.1}}},
    {{{"name", "polynomial_decay"},
      {"initial_learning_rate", 1.0},
      {"decay_steps", 10},
      {"end_learning_rate", 0.2},
      {"power", 2.0}},
     {{0, 1.0}, {5, 0.4}, {10, 0.2}, {30, 0.2}}},
    {{{"name", "polynomial_decay"},
      {"initial_learning_rate", 1.0},
      {"decay_steps", 10},
      {"end_learning_rate", 0.0},
      {"cycle", true}},
     {{5, 0.5}, {10, 0.0}, {15, 0.25}, {20, 0.0}}},
    {{{"name", "cosine_decay"}, {"initial_learning_rate", 2.0}, {"decay_steps", 100}, {"alpha", 0.1}},
     {{0, 2.0}, {25, 2 * (0.9 * half_cosine + 0.1)}, {50, 1.1}, {100, 0.2}, {500, 0.2}}},
    {{{"name", "cosine_decay"},
      {"initial_learning_rate", 0.0},
      {"decay_steps", 100},
      {"warmup_target", 2.0},
      {"warmup_steps", 10}},
     {{0, 0.0}, {5, 1.0}, {10, 2.0}, {60, 1.0}, {110, 0.0}}},
    {{{"name", "cosine_decay_restarts"}, {"initial_learning_rate", 1.0}, {"first_decay_steps", 10}, {"m_mul", 0.5}},
     {{0, 1.0}, {5, 0.5}, {10, 0.5}, {20, 0.25}, {31, 0.25 * (1 + std::cos(M_PI / 40)) / 2}}},
    {{{"name", "cosine_decay_restarts"}, {"initial_learning_rate", 1.0}, {"first_decay_steps", 10}, {"t_mul", 1.0}},
     {{5, 0.5}, {10, 1.0}, {25, 0.5}}},
};

} // namespace

TEST_CASE("every schedule gives the rates of its formula", "[nn][schedule]") {
  std::map<std::string, int> seen;
  for (const auto& [table, rates] : rate_examples) {
    INFO(table.dump());
    ++seen[table["name"]];
    const auto made = make_schedule(table);
    for (const auto& [step, rate] : rates) {
      INFO("step " << step);
      CHECK(made.at(step) == Approx(rate).margin(1e-12));
    }
  }
  CHECK(seen.size() == schedule_names().size());
}

TEST_CASE("an optimizer follows its schedule, and a rate that is set scales it", "[nn][schedule]") {
  const auto with = make_optimizer(
      {"sgd",
       {{"learning_rate", {{"name", "piecewise_constant_decay"}, {"boundaries", {1}}, {"values", {0.5, 0.25}}}}}},
      1);
  CHECK(with->learning_rate() == 0.5);
  float w = 0;
  const float g = 1;
  const auto step = [&] {
    const float before = w;
    with->apply(&w, &g);
    return before - w;
  };
  CHECK(step() == 0.5F);
  CHECK(step() == 0.5F);
  CHECK(step() == 0.25F);
  with->set_learning_rate(0.25); // half of the nominal rate
  CHECK(step() == 0.125F);
}

TEST_CASE("a learning rate that is none is refused with its reason", "[nn][schedule]") {
  const auto refused = [](const json& rate, const char* why) {
    INFO(rate.dump());
    CHECK_THROWS_WITH(check_optimizer({"sgd", {{"learning_rate", rate}}}), Catch::Contains(why));
  };
  refused("fast", "found \"fast\", expected a number, or a table");
  refused(-1, "at least 0");
  refused(json::object(), "found {}, expected a name, or a table with a name");
  refused({{"name", "exponential_deca"}}, "did you mean \"exponential_decay\"");
  refused({{"name", "exponential_decay"}}, "missing");
  refused({{"name", "cosine_decay"}, {"initial_learning_rate", 1}, {"decay_steps", 0}},
          "expected a whole number of at least 1");
  refused({{"name", "cosine_decay"}, {"initial_learning_rate", 0}, {"decay_steps", 5}}, "must not start at 0");
  refused({{"name", "piecewise_constant_decay"}, {"boundaries", {1}}, {"values", {1.0}}}, "need 2 values");
  refused({{"name", "piecewise_constant_decay"}, {"boundaries", {2, 1}}, {"values", {1, 1, 1}}}, "must not fall");
  refused({{"name", "piecewise_constant_decay"}, {"boundaries", 1}, {"values", {1}}}, "list of numbers");
}

TEST_CASE("Keras is told a schedule as it tells it itself", "[nn][schedule]") {
  CHECK(keras_schedule(0.5) == 0.5);
  const auto told = keras_schedule(rate_examples.front().table);
  CHECK(told["class_name"] == "ExponentialDecay");
  CHECK(told["config"] == json{{"initial_learning_rate", 0.5}, {"decay_steps", 10}, {"decay_rate", 0.25}});
}
