#include "nn/parts/regularizer.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/nn/gradient_check.hpp"

#include <algorithm>

using namespace dk::nn;
using nlohmann::json;
namespace test = dk::nn::test;

namespace {

dk::spec penalised_dense(std::size_t units, const json& kernel, const json& bias) {
  return {"dense", {{"units", units}, {"kernel_regularizer", kernel}, {"bias_regularizer", bias}}};
}

} // namespace

TEST_CASE("penalties are part of the loss, in training and after", "[nn][regularizer]") {
  const json l1{{"name", "l1"}, {"l1", 0.5}};
  const json both{{"name", "l1_l2"}, {"l1", 0.25}, {"l2", 2.0}};
  model m{{"m", {1}, {penalised_dense(1, both, l1)}}, "mean_squared_error", 1};
  m.weights()[0] = -3;
  m.weights()[1] = 4;
  const float x[] = {1, 2};
  const float y[] = {1, -2}; // which the model gives: the loss is the penalty
  const double penalty = 0.25 * 3 + 2.0 * 9 + 0.5 * 4;
  CHECK(m.compute_gradient({x, y, 2}).loss() == Approx(penalty));
  CHECK(m.evaluate(x, y, 2).loss() == Approx(penalty));
  CHECK(m.gradient()[0] == Approx(-0.25 + 2 * 2.0 * -3));
  CHECK(m.gradient()[1] == Approx(0.5));
}

TEST_CASE("a name alone stands for Keras's factor", "[nn][regularizer]") {
  CHECK(penalty_of("l2").l2 == 0.01);
  CHECK(penalty_of("l2").l1 == 0);
  CHECK(penalty_of("l1").l1 == 0.01);
  CHECK(penalty_of("l1_l2").l1 == 0.01);
  CHECK(penalty_of({{"name", "l1_l2"}, {"l1", 0.5}}).l2 == 0);
  CHECK_FALSE(penalty_of(nullptr).any());
}

TEST_CASE("every regularizer goes backward as its forward says", "[nn][regularizer][gradient]") {
  for (const auto& name : regularizer_names()) {
    INFO(name);
    json value{{"name", name}};
    if (name != "l2")
      value["l1"] = 0.05;
    if (name != "l1")
      value["l2"] = 0.2;
    for (const std::size_t rows : {3U, 9U}) { // a small batch, whose gradient comes in factors, and a larger one
      model m{{"m", {4}, {penalised_dense(5, value, value), test::dense(3)}}, "mean_squared_error", 3};
      m.initialize(3);
      for (std::size_t i = 20; i < 25; ++i)
        m.weights()[i] = 0.5F; // away from the kink of l1
      const auto x = test::random_numbers(rows * 4, 4);
      const auto y = test::random_numbers(rows * 3, 5);
      test::check_gradient(m, {x.data(), y.data(), rows});
    }
  }
}

TEST_CASE("a step with penalties in one call is gradient and optimizer, bit for bit", "[nn][regularizer]") {
  for (const std::size_t rows : {2U, 40U}) {
    const architecture net{"m", {30}, {penalised_dense(20, "l1_l2", "l2"), test::dense(2)}};
    model a{net, "mean_squared_error", 2};
    model b{net, "mean_squared_error", 2};
    a.initialize(1);
    b.initialize(1);
    const auto with_a = make_optimizer({"adam"}, a.num_weights());
    const auto with_b = make_optimizer({"adam"}, b.num_weights());
    const auto x = test::random_numbers(rows * 30, 4);
    const auto y = test::random_numbers(rows * 2, 5);
    for (int step = 0; step < 3; ++step) {
      a.train_on_batch({x.data(), y.data(), rows}, *with_a);
      b.compute_gradient({x.data(), y.data(), rows});
      with_b->apply(b.weights(), b.gradient());
    }
    CHECK(std::equal(a.weights(), a.weights() + a.num_weights(), b.weights()));
  }
}

TEST_CASE("a regularizer that cannot be is refused with its reason", "[nn][regularizer]") {
  CHECK_THROWS_WITH(check_regularizer("l3"), Catch::Contains("unknown regularizer"));
  CHECK_THROWS_WITH(check_regularizer({{"name", "l2"}, {"l1", 1}}), Catch::Contains("unknown key"));
  CHECK_THROWS_WITH(check_regularizer({{"name", "l2"}, {"l2", -1}}),
                    Catch::Contains("expected a number of at least 0"));
}

TEST_CASE("Keras's names of regularizers come and go", "[nn][regularizer]") {
  for (const auto& name : regularizer_names()) {
    const auto again = penalty_of(read_keras_regularizer(keras_regularizer(name)));
    CHECK(again.l1 == penalty_of(name).l1);
    CHECK(again.l2 == penalty_of(name).l2);
  }
  CHECK(read_keras_regularizer(nullptr).is_null());
  CHECK(penalty_of(read_keras_regularizer({{"name", "WeightRegularizer"}, {"l1", 0.0}, {"l2", 0.5}})).l2 == 0.5);
  CHECK_THROWS_WITH(read_keras_regularizer({{"class_name", "OrthogonalRegularizer"}}),
                    Catch::Contains("OrthogonalRegularizer"));
}
