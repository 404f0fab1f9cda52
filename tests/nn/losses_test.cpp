#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/answer_kind.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/walk.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

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

TEST_CASE("every loss has the value that its formula gives", "[nn][losses]") {
  struct example {
    std::vector<float> labels; // of the two rows 0.2, 0.7, 0.1 and 0.5, 0.3, 0.9
    double loss;
  };
  const std::vector<float> numbers{0.3F, 0.6F, 0.1F, 0.5F, 0.25F, 0.25F};
  const std::vector<float> sides{-1, 1, -1, 1, -1, 1};
  const std::vector<float> bits{0, 1, 0, 1, 0, 1};
  // The formulas of Keras 2.15, worked out in float64 by another program.
  const std::map<std::string, example> examples{
      {"mean_squared_error", {bits, 0.0816666667}}, // (0.14 + 0.35) / 3 / 2
      {"mean_absolute_error", {bits, 0.25}},        // (0.2 + 0.3) / 2
      {"mean_absolute_percentage_error", {numbers, 55.0}},
      {"mean_squared_logarithmic_error", {numbers, 0.0311564648}},
      {"hinge", {sides, 0.75}},
      {"squared_hinge", {sides, 0.7816666667}},
      {"categorical_hinge", {bits, 0.25}}, // max(0.2 - 0.7 + 1, 0) and max(0.3 - 1.4 + 1, 0)
      {"logcosh", {numbers, 0.0348490217}},
      {"categorical_crossentropy", {bits, (-std::log(0.7) - std::log(0.5 / 1.7) - std::log(0.9 / 1.7)) / 2}},
      {"sparse_categorical_crossentropy", {{1, 2}, 0.4963318553}},
      {"binary_crossentropy", {bits, 0.306726803}},
      {"kullback_leibler_divergence", {numbers, -0.168332363}},
      {"poisson", {bits, 0.6425303644}},
      {"cosine_similarity", {numbers, -0.91033841}},
  };
  const float x[] = {0.2F, 0.7F, 0.1F, 0.5F, 0.3F, 0.9F};
  for (const auto& name : loss_names()) {
    INFO(name);
    const auto& known = dk::test::line_for("loss", name, examples, "its value by hand in tests/nn/losses_test.cpp");
    const auto& labels = known.labels;
    auto m = passing("linear", name.c_str(), 3, labels.size() / 2);
    CHECK(m.compute_gradient({x, labels.data(), 2}).loss() == Approx(known.loss).epsilon(1e-5));
    CHECK(m.evaluate(x, labels.data(), 2).loss() == Approx(known.loss).epsilon(1e-5));
  }
}

TEST_CASE("the hinges read labels of 0 and 1 as -1 and 1", "[nn][losses]") {
  const float x[] = {0.2F, 0.7F, 0.1F, 0.5F, 0.3F, 0.9F};
  const std::vector<float> sides{-1, 1, -1, 1, -1, 1};
  const std::vector<float> bits{0, 1, 0, 1, 0, 1};
  for (const char* loss : {"hinge", "squared_hinge"}) {
    INFO(loss);
    auto m = passing("linear", loss, 3, 3);
    const auto loss_of_sides = m.compute_gradient({x, sides.data(), 2}).loss();
    const std::vector<float> gradient{m.gradient(), m.gradient() + m.num_weights()};
    CHECK(m.compute_gradient({x, bits.data(), 2}).loss() == loss_of_sides);
    CHECK(std::equal(gradient.begin(), gradient.end(), m.gradient()));
    const std::vector<float> mixed{0, 1, 0, 1, 0, -1}; // not all are 0 or 1: none is converted
    CHECK(m.evaluate(x, mixed.data(), 2).loss() != Approx(loss_of_sides));
  }
}

TEST_CASE("binary crossentropy takes over a final sigmoid and stays exact far out", "[nn][losses]") {
  auto m = passing("sigmoid", "binary_crossentropy", 1, 1);
  const float x[] = {100, -100, 0.5F};
  const float labels[] = {0, 0, 1};
  const auto sums = m.compute_gradient({x, labels, 3});
  CHECK(sums.loss_sum == Approx(100 + 0 + std::log1p(std::exp(-0.5))));
  CHECK(sums.correct == 2);
  CHECK(bias_gradient(m, 0, 1) == Approx((1 + 0 + 1 / (1 + std::exp(-0.5)) - 1) / 3));
  float y[3];
  m.predict(x, 3, y);
  CHECK(y[0] == Approx(1));
  CHECK(y[2] == Approx(1 / (1 + std::exp(-0.5))));
}

TEST_CASE("outputs are clipped where Keras clips them", "[nn][losses]") {
  auto binary = passing("linear", "binary_crossentropy", 1, 1);
  const float zero = 0;
  const float one = 1;
  CHECK(binary.compute_gradient({&zero, &one, 1}).loss() == Approx(-std::log(2e-7))); // clipped, and epsilon once more
  CHECK(bias_gradient(binary, 0, 1) == 0.0F);
  auto logarithmic = passing("linear", "mean_squared_logarithmic_error", 1, 1);
  const float below = -1;
  CHECK(logarithmic.compute_gradient({&below, &one, 1}).loss() == Approx(std::log(2) * std::log(2)));
  CHECK(bias_gradient(logarithmic, 0, 1) == 0.0F);
  auto sparse = passing("linear", "sparse_categorical_crossentropy", 2, 1);
  const float x[] = {0, 4};
  CHECK(sparse.compute_gradient({x, &zero, 1}).loss() == Approx(-std::log(1e-7))); // 4 is clipped to 1 before dividing
  CHECK(bias_gradient(sparse, 1, 2) == 0.0F);
}

TEST_CASE("equal largest wrong outputs share the gradient of the categorical hinge", "[nn][losses]") {
  auto m = passing("linear", "categorical_hinge", 3, 3);
  const float x[] = {0.5F, 0.5F, 0.25F};
  const float labels[] = {0, 0, 1};
  CHECK(m.compute_gradient({x, labels, 1}).loss() == Approx(1.25));
  CHECK(bias_gradient(m, 0, 3) == 0.5F);
  CHECK(bias_gradient(m, 1, 3) == 0.5F);
  CHECK(bias_gradient(m, 2, 3) == -1.0F);
}

TEST_CASE("the cosine of a zero vector is zero", "[nn][losses]") {
  auto m = passing("linear", "cosine_similarity", 2, 2);
  const float x[] = {0, 0};
  const float labels[] = {3, 4};
  CHECK(m.compute_gradient({x, labels, 1}).loss() == 0);
  CHECK(bias_gradient(m, 0, 2) == Approx(-0.6e6)); // the least length is 1e-6, as in Keras
}

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
  CHECK(sums.decisions == 0); // they are numbers, of which none is right
  CHECK_FALSE(sums.accuracy());
  CHECK(bias_gradient(m, 0, 2) == Approx(2.0 * 1 / 4));
  CHECK(bias_gradient(m, 1, 2) == Approx(2.0 * -2 / 4));
}

TEST_CASE("outputs that decide for themselves are right on the label's side of one half", "[nn][losses]") {
  auto m = passing("linear", "binary_crossentropy", 1, 1);
  const float x[] = {0.4F, 0.6F, 0.9F, 0.5F};
  const float labels[] = {0, 1, 0, 0}; // 0.5 is no yes, as in Keras
  CHECK(m.evaluate(x, labels, 4).correct == 3);
  auto three = passing("linear", "binary_crossentropy", 3, 3);
  const float outputs[] = {0.9F, 0.8F, 0.1F, 0.2F, 0.3F, 0.4F};
  const float all[] = {1, 1, 1, 0, 0, 0};
  const auto found = three.evaluate(outputs, all, 2);
  CHECK(found.decisions == 6);
  CHECK(found.accuracy().value() == Approx(5.0 / 6));
}

TEST_CASE("what outputs say goes by the loss and what stands before it", "[nn][losses]") {
  const auto kind = [](const char* activation, const objective& loss, std::size_t width) {
    return answer_kinds({"m", {2}, {test::dense(width, activation)}}, loss).at(0);
  };
  CHECK(kind("softmax", "categorical_crossentropy", 3) == answer_kind::choice);
  CHECK(kind("softmax", "mean_squared_error", 3) == answer_kind::choice);
  CHECK(kind("linear", "mean_squared_error", 3) == answer_kind::numbers);
  CHECK(kind("sigmoid", "mean_absolute_error", 1) == answer_kind::numbers);
  CHECK(kind("sigmoid", "binary_crossentropy", 1) == answer_kind::each);
  CHECK(kind("sigmoid", "binary_crossentropy", 3) == answer_kind::each);
  CHECK(kind("softmax", {}, 3) == answer_kind::choice);
  CHECK(kind("sigmoid", {}, 1) == answer_kind::each);
  CHECK(kind("linear", {}, 3) == answer_kind::numbers);
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
  CHECK_THROWS_WITH(passing("softmax", "sparse_categorical_crossentropy", 3, 3), Catch::Contains("one_hot"));
  CHECK_THROWS_WITH(passing("linear", "hinge", 3, 2), Catch::Contains("hinge") && Catch::Contains("3 outputs"));
}

TEST_CASE("a number that is not finite shows in the loss", "[nn][losses]") {
  for (const auto& loss : loss_names())
    for (const char* activation : {"softmax", "linear"}) {
      INFO(loss << " after " << activation);
      auto m = passing(activation, loss.c_str(), 2, find_loss(loss).labels == label_kind::class_number ? 1 : 2);
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
  CHECK(loss_sums{}.loss() == 0);
  CHECK_FALSE(loss_sums{}.accuracy());
}

TEST_CASE("a batch whose first rows are 0 and 1 keeps its labels where others are not", "[nn][losses]") {
  const float x[] = {0.5F, 0.25F};
  const float labels[] = {0, -1};
  auto m = passing("linear", "hinge", 1, 1);
  CHECK(m.evaluate(x, labels, 2).loss() == Approx((1 + 1.25) / 2)); // max(1 - 0, 0) and 1 + 0.25
  auto squared = passing("linear", "squared_hinge", 1, 1);
  CHECK(squared.evaluate(x, labels, 2).loss() == Approx((1 + 1.25 * 1.25) / 2));
}

TEST_CASE("a divergence has no gradient where its output is clipped", "[nn][losses]") {
  auto m = passing("linear", "kullback_leibler_divergence", 2, 2);
  const float x[] = {-0.5F, 1.5F};
  const float labels[] = {0.25F, 0.75F};
  CHECK(m.compute_gradient({x, labels, 1}).loss() == Approx(0.25 * std::log(0.25 / 1e-7) + 0.75 * std::log(0.75)));
  CHECK(bias_gradient(m, 0, 2) == 0.0F);
  CHECK(bias_gradient(m, 1, 2) == 0.0F);
}
