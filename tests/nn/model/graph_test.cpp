#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/ensemble.hpp"
#include "nn/model/stack.hpp"
#include "nn/model/wiring.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/nn/gradient_check.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

spec named(spec layer, const char* name) {
  layer.keys["name"] = name;
  return layer;
}

spec reading(spec layer, const nlohmann::json& from) {
  layer.keys["from"] = from;
  return layer;
}

/// Inputs of 3 and 2 numbers; outputs of 4 classes and of 1 number, the second above the first.
architecture two_by_two() {
  return {"two",
          {5},
          {named(reading(test::dense(6, "tanh"), "left"), "a"),
           named(reading(test::dense(6, "tanh"), "right"), "b"),
           {"add", {{"from", {"a", "b"}}}},
           named(test::dense(4, "softmax"), "kind"),
           {"concatenate", {{"from", {"a", "kind"}}}},
           named(test::dense(1), "size")},
          {{"left", {3}}, {"right", {2}}},
          {"kind", "size"}};
}

const objective two_losses{{"categorical_crossentropy", "mean_squared_error"}, {1, 0.25}};

std::vector<float> predicted(model& m, const std::vector<float>& x) {
  const auto rows = x.size() / m.input_size();
  std::vector<float> y(rows * m.output_size());
  m.predict(x.data(), rows, y.data());
  return y;
}

std::string wiring_error(const architecture& of) {
  try {
    wire(of);
  } catch (const dk::failure& why) {
    return why.what();
  }
  return "";
}

} // namespace

TEST_CASE("Add is the sum of its inputs", "[nn][graph][add]") {
  model m{{"m", {4}, {reading({"add"}, {"left", "right"})}, {{"left", {2}}, {"right", {2}}}}, "mean_squared_error", 2};
  CHECK(predicted(m, {1, 2, 10, 20, 3, 4, 30, 40}) == std::vector<float>{11, 22, 33, 44});
}

TEST_CASE("Concatenate puts its inputs side by side along an axis", "[nn][graph][concatenate]") {
  const auto joined = [](const nlohmann::json& axis, const shape& left, const shape& right, std::size_t label_width) {
    return model{{"m",
                  {size_of(left) + size_of(right)},
                  {{"concatenate", {{"from", {"left", "right"}}, {"axis", axis}}}, {"flatten"}},
                  {{"left", left}, {"right", right}}},
                 "mean_squared_error",
                 label_width};
  };
  auto last = joined(-1, {2, 2}, {2, 1}, 6);
  CHECK(predicted(last, {1, 2, 3, 4, 50, 60}) == std::vector<float>{1, 2, 50, 3, 4, 60});
  auto first = joined(1, {2, 2}, {1, 2}, 6);
  CHECK(predicted(first, {1, 2, 3, 4, 50, 60, 5, 6, 7, 8, 70, 80}) ==
        std::vector<float>{1, 2, 3, 4, 50, 60, 5, 6, 7, 8, 70, 80});
  CHECK(make_layers({"m", {2}, {named(test::dense(3), "a"), {"concatenate", {{"from", {"a", "a"}}, {"axis", 1}}}}})
            .back()
            ->output() == shape{6});
  CHECK_THROWS_WITH(joined(1, {2, 2}, {2, 1}, 6), Catch::Contains("layer 0 (concatenate)") &&
                                                      Catch::Contains("(None, 2, 2) and (None, 2, 1)") &&
                                                      Catch::Contains("axis 1"));
  CHECK_THROWS_WITH(joined(3, {2, 2}, {2, 1}, 6), Catch::Contains("axis = 3"));
  CHECK_THROWS_WITH(joined(0, {2, 2}, {2, 1}, 6), Catch::Contains("axis = 0"));
}

TEST_CASE("layers of different shapes cannot be added", "[nn][graph]") {
  CHECK_THROWS_WITH(
      make_layers({"m", {2}, {named(test::dense(3), "a"), test::dense(4), {"add", {{"from", {"a", "dense"}}}}}}),
      Catch::Contains("layer 2 (add): adds (None, 3) and (None, 4)"));
}

TEST_CASE("a chain that names what it reads is the same chain", "[nn][graph]") {
  const architecture plain{"m", {6}, {test::dense(8, "tanh"), test::dropout(0.3), test::dense(3, "softmax")}};
  auto told = plain;
  told.layers[1].keys["from"] = "dense";
  told.layers[2].keys["from"] = {"dropout"};
  told.outputs = {"dense_1"};
  CHECK(wire(told).is_chain());
  model a{plain, "categorical_crossentropy", 1};
  model b{told, "categorical_crossentropy", 1};
  a.initialize(1);
  b.initialize(1);
  a.seed_dropout(2);
  b.seed_dropout(2);
  const auto x = test::random_numbers(5 * 6, 4);
  const std::vector<float> y{0, 1, 2, 1, 0};
  CHECK(a.compute_gradient({x.data(), y.data(), 5}).loss_sum == b.compute_gradient({x.data(), y.data(), 5}).loss_sum);
  CHECK(std::equal(a.gradient(), a.gradient() + a.num_weights(), b.gradient()));
}

TEST_CASE("several outputs are learned together, weighted", "[nn][graph][gradient]") {
  model m{two_by_two(), two_losses, 2};
  m.initialize(3);
  const auto x = test::random_numbers(5 * 5, 4);
  const std::vector<float> labels{2, 0.5F, 0, -1, 3, 2, 1, 0, 2, 1};
  const batch_view batch{x.data(), labels.data(), 5};
  test::check_gradient(m, batch);

  const auto all = predicted(m, x);
  REQUIRE(m.output_sizes() == std::vector<std::size_t>{4, 1});
  double kinds = 0;
  double sizes = 0;
  std::uint64_t right = 0;
  for (std::size_t row = 0; row < 5; ++row) {
    const auto* o = all.data() + row * 5;
    kinds -= std::log(static_cast<double>(o[static_cast<std::size_t>(labels[2 * row])]));
    const auto off = static_cast<double>(o[4] - labels[2 * row + 1]);
    sizes += off * off;
    right += largest(o, 4) == static_cast<std::size_t>(labels[2 * row]) ? 1U : 0U;
  }
  const auto found = m.evaluate(x.data(), labels.data(), 5);
  CHECK(found.loss_sum == Approx(kinds + 0.25 * sizes).epsilon(1e-6));
  CHECK(found.correct == right);
  CHECK(found.rows == 5);
  CHECK(m.compute_gradient(batch).loss_sum == Approx(found.loss_sum).epsilon(1e-6));
}

TEST_CASE("labels of several outputs lie side by side, one-hot or as class numbers", "[nn][graph]") {
  const auto x = test::random_numbers(3 * 5, 4);
  model classes{two_by_two(), two_losses, 2};
  model one_hot{two_by_two(), two_losses, 5};
  classes.initialize(1);
  one_hot.initialize(1);
  const std::vector<float> a{2, 0.5F, 0, -1, 3, 2};
  const std::vector<float> b{0, 0, 1, 0, 0.5F, 1, 0, 0, 0, -1, 0, 0, 0, 1, 2};
  CHECK(classes.evaluate(x.data(), a.data(), 3).loss_sum == one_hot.evaluate(x.data(), b.data(), 3).loss_sum);
  CHECK_THROWS_WITH((model{two_by_two(), two_losses, 3}),
                    Catch::Contains("need 5 numbers in a row of labels, or 2 with "
                                    "class numbers; there are 3"));
  const std::vector<float> wrong{7, 0};
  CHECK_THROWS_AS(classes.evaluate(x.data(), wrong.data(), 1), dk::failure);
}

TEST_CASE("losses have to be as many as the outputs, or one for all", "[nn][graph]") {
  const std::string mse = "mean_squared_error";
  CHECK_NOTHROW(model{two_by_two(), mse, 5});
  CHECK_THROWS_WITH((model{two_by_two(), objective{{mse, mse, mse}}, 5}),
                    Catch::Contains("2 outputs") && Catch::Contains("3 losses"));
  CHECK_THROWS_WITH((model{two_by_two(), objective{std::vector<std::string>{mse}, {1, 2, 3}}, 5}),
                    Catch::Contains("3 loss_weights"));
  CHECK_THROWS_WITH((model{two_by_two(), objective{{mse, mse}, {1, -2}}, 5}), Catch::Contains("number of at least 0"));
  CHECK_THROWS_WITH(
      (model{two_by_two(), objective{std::vector<std::string>{"sparse_categorical_crossentropy", "hinge"}}, 9}),
      Catch::Contains("need 2 numbers"));
}

TEST_CASE("a step of several outputs is what gradient and optimizer make of it", "[nn][graph]") {
  model whole{two_by_two(), two_losses, 2};
  model fused{two_by_two(), two_losses, 2};
  whole.initialize(3);
  fused.initialize(3);
  const auto one = make_optimizer({"adam"}, whole.num_weights());
  const auto other = make_optimizer({"adam"}, whole.num_weights());
  const auto x = test::random_numbers(4 * 5, 4);
  const std::vector<float> labels{2, 0.5F, 0, -1, 3, 2, 1, 0};
  for (int step = 0; step < 3; ++step) {
    whole.compute_gradient({x.data(), labels.data(), 4});
    one->apply(whole.weights(), whole.gradient());
    fused.train_on_batch({x.data(), labels.data(), 4}, *other);
  }
  CHECK(std::equal(whole.weights(), whole.weights() + whole.num_weights(), fused.weights()));
}

TEST_CASE("an ensemble averages all outputs", "[nn][graph]") {
  model a{two_by_two(), two_losses, 2};
  model b{two_by_two(), two_losses, 2};
  a.initialize(1);
  b.initialize(2);
  const auto copy = [](model& m) { return dk::block::copy_of(m.weights(), m.num_weights()); };
  ensemble both{two_by_two(), two_losses, 2, dk::block::joined({copy(a), copy(b)}), 2};
  const auto x = test::random_numbers(3 * 5, 4);
  const auto of_a = predicted(a, x);
  const auto of_b = predicted(b, x);
  std::vector<float> mean(15);
  both.predict(x.data(), 3, mean.data());
  for (std::size_t i = 0; i < mean.size(); ++i)
    CHECK(mean[i] == Approx((of_a[i] + of_b[i]) / 2));
  const std::vector<float> labels{2, 0.5F, 0, -1, 3, 2};
  double loss = 0;
  for (std::size_t row = 0; row < 3; ++row) {
    const auto* o = mean.data() + row * 5;
    const auto off = static_cast<double>(o[4] - labels[2 * row + 1]);
    loss += 0.25 * off * off - std::log(static_cast<double>(o[static_cast<std::size_t>(labels[2 * row])]));
  }
  CHECK(both.evaluate(x.data(), labels.data(), 3).loss_sum == Approx(loss).epsilon(1e-5));
}

TEST_CASE("what is wired wrongly is named", "[nn][graph]") {
  const auto a = named(test::dense(3), "a");
  CHECK(
      wiring_error({"m", {2}, {named(test::dense(3), "left"), reading(test::dense(3), "laft")}}) ==
      "layer 1 (dense): it reads \"laft\", but no input and no layer above it has this name (did you mean \"left\"?)");
  CHECK(wiring_error({"m", {2}, {reading(test::dense(3), "b"), named(test::dense(3), "b")}})
            .find("layer 0 (dense): it reads \"b\"") == 0);
  CHECK(wiring_error({"m", {2}, {a, {"add"}}}).find("layer 1 (add): it joins several layers; name them") == 0);
  CHECK(wiring_error({"m", {2}, {a, reading(test::dense(3), {"a", "a"})}}) ==
        "layer 1 (dense): it reads one layer, but from names 2");
  CHECK(wiring_error({"m", {2}, {a, named(test::dense(3), "b"), reading(test::dense(3), "a")}}) ==
        "model \"m\": nothing reads \"b\"; name it among the outputs, or leave it out");
  CHECK(wiring_error({"m", {2}, {a}, {{"x", {1}}, {"y", {1}}}}).find("layer 0 (dense): the model has several inputs") ==
        0);
  CHECK(wiring_error({"m", {2}, {reading(a, "x")}, {{"x", {1}}, {"y", {1}}}}) ==
        "model \"m\": nothing reads \"y\"; name it among the outputs, or leave it out");
  CHECK(wiring_error({"m", {3}, {reading(a, "x")}, {{"x", {2}}}}) ==
        "model \"m\": its inputs have 2 numbers, a row has 3");
  CHECK(wiring_error({"m", {2}, {a}, {}, {"c"}}) == "model \"m\": the output \"c\" is no layer of it");
  CHECK(wiring_error({"m", {2}, {a}, {}, {"a", "a"}}) == "model \"m\": the output \"a\" is named twice");
  CHECK(wiring_error({"m", {2}, {reading(named(test::dense(3), "x"), "x")}, {{"x", {2}}}}) ==
        "layer 0 (dense): another layer has the name \"x\"");
}
