#include "nn/catalog.hpp"
#include "nn/model/ensemble.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/nn/gradient_check.hpp"

#include <algorithm>
#include <cstring>

using namespace dk::nn;
using dk::block;
using dk::label_range;
namespace test = dk::nn::test;

namespace {

constexpr std::size_t wide_in = 4;
constexpr std::size_t wide_out = 3;

// Labels that a loss can take, and where its outputs have to lie.
std::vector<float> labels_for(const loss_kind& loss, std::size_t rows) {
  switch (loss.range) {
  case label_range::class_number:
    return test::random_classes(rows, wide_out, 3);
  case label_range::distribution:
  case label_range::one_hot: {
    std::vector<float> hot(rows * wide_out);
    const auto classes = test::random_classes(rows, wide_out, 3);
    for (std::size_t row = 0; row < rows; ++row)
      hot[row * wide_out + static_cast<std::size_t>(classes[row])] = 1;
    return hot;
  }
  case label_range::side: {
    auto sides = test::random_numbers(rows * wide_out, 3);
    for (auto& side : sides)
      side = side < 0 ? -1.0F : 1.0F;
    return sides;
  }
  default:
    return test::random_numbers(rows * wide_out, 3, 0.1, 0.9);
  }
}

model model_for(const loss_kind& loss, const char* activation) {
  const std::size_t label_width = loss.labels == label_kind::class_number ? 1 : wide_out;
  model m{{"m", {wide_in}, {test::dense(5, "tanh"), test::dense(wide_out, activation)}},
          std::string{loss.name},
          label_width};
  m.initialize(1);
  return m;
}

const std::vector<float> row_weights{2, 0, 0.5, 1, 3, 1, 0.25, 20};

} // namespace

// Batches of up to four rows take other ways through the network than larger ones.
TEST_CASE("the loss and the gradient of every loss are weighted row by row", "[nn][losses][weights]") {
  for (const auto& name : loss_names())
    for (const auto* activation : {"sigmoid", "softmax"})
      for (const std::size_t rows : {1U, 3U, 4U, 8U}) {
        INFO(name << " behind " << activation << ", " << rows << " rows");
        const auto& loss = find_loss(name);
        auto m = model_for(loss, activation);
        const auto x = test::random_numbers(rows * wide_in, 2);
        const auto y = labels_for(loss, rows);
        const auto weighted = m.compute_gradient({x.data(), y.data(), rows, row_weights.data()});
        const std::vector<float> gradient{m.gradient(), m.gradient() + m.num_weights()};
        CHECK(m.evaluate(x.data(), y.data(), rows, nullptr, nullptr, row_weights.data()).loss_sum ==
              Approx(weighted.loss_sum).epsilon(1e-5));
        double sum = 0;
        std::vector<double> expected(m.num_weights());
        for (std::size_t row = 0; row < rows; ++row) {
          const auto one = m.compute_gradient({&x[row * wide_in], &y[row * m.label_width()], 1});
          const auto w = static_cast<double>(row_weights[row]);
          sum += w * one.loss_sum;
          for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] += w * static_cast<double>(m.gradient()[i]) / static_cast<double>(rows);
        }
        CHECK(weighted.loss_sum == Approx(sum).epsilon(1e-5).margin(1e-7));
        CHECK(weighted.rows == rows);
        for (std::size_t i = 0; i < expected.size(); ++i)
          CHECK(static_cast<double>(gradient[i]) == Approx(expected[i]).epsilon(1e-3).margin(1e-5));
      }
}

TEST_CASE("the weighted gradient is that of the weighted loss", "[nn][losses][weights]") {
  for (const auto& name : {"categorical_crossentropy", "binary_crossentropy", "mean_squared_error", "poisson"})
    for (const std::size_t rows : {3U, 8U}) {
      INFO(name << ", " << rows << " rows");
      const auto& loss = find_loss(name);
      auto m = model_for(loss, loss.fused_activation.empty() ? "softplus" : loss.fused_activation.data());
      const auto x = test::random_numbers(rows * wide_in, 2);
      const auto y = labels_for(loss, rows);
      test::check_gradient(m, {x.data(), y.data(), rows, row_weights.data()});
    }
}

TEST_CASE("a step with weights is that of the gradient with weights, and weights of 1 change no bit",
          "[nn][losses][weights]") {
  const std::vector<float> ones(8, 1);
  for (const std::size_t rows : {2U, 8U})
    for (const bool weighted : {false, true}) {
      const auto& loss = find_loss("categorical_crossentropy");
      auto a = model_for(loss, "softmax");
      auto b = model_for(loss, "softmax");
      const auto step = make_optimizer({"adam"}, a.num_weights());
      const auto other = make_optimizer({"adam"}, a.num_weights());
      const auto x = test::random_numbers(rows * wide_in, 2);
      const auto y = labels_for(loss, rows);
      for (int i = 0; i < 3; ++i) {
        a.train_on_batch({x.data(), y.data(), rows, weighted ? row_weights.data() : ones.data()}, *step);
        b.compute_gradient({x.data(), y.data(), rows, weighted ? row_weights.data() : nullptr});
        other->apply(b.weights(), b.gradient(), {b.num_weights()});
      }
      CHECK(std::memcmp(a.weights(), b.weights(), a.num_weights() * sizeof(float)) == 0);
    }
}

TEST_CASE("rows of weight 0 teach nothing, and are counted", "[nn][losses][weights]") {
  auto m = model_for(find_loss("categorical_crossentropy"), "softmax");
  const auto x = test::random_numbers(6 * wide_in, 2);
  const auto y = labels_for(find_loss("categorical_crossentropy"), 6);
  const std::vector<float> none(6, 0);
  const auto sums = m.compute_gradient({x.data(), y.data(), 6, none.data()});
  CHECK(sums.loss_sum == 0);
  CHECK(sums.rows == 6);
  CHECK(std::all_of(m.gradient(), m.gradient() + m.num_weights(), [](float g) { return g == 0; }));
  CHECK(m.evaluate(x.data(), y.data(), 6, nullptr, nullptr, none.data()).correct ==
        m.evaluate(x.data(), y.data(), 6).correct);
}

TEST_CASE("of several outputs a row's weight counts for all, beside those of the losses", "[nn][losses][weights]") {
  auto size = test::dense(1);
  size.keys["from"] = "dense";
  model both{{"m", {wide_in}, {test::dense(5, "tanh"), test::dense(3, "softmax"), size}, {}, {"dense_1", "dense_2"}},
             objective{{"categorical_crossentropy", "mean_squared_error"}, {1, 0.2}},
             2};
  both.initialize(1);
  const auto x = test::random_numbers(5 * wide_in, 2);
  const std::vector<float> y{0, 0.3F, 1, -0.5F, 2, 1, 1, 0, 0, 2};
  test::check_gradient(both, {x.data(), y.data(), 5, row_weights.data()});
  double sum = 0;
  for (std::size_t row = 0; row < 5; ++row)
    sum += static_cast<double>(row_weights[row]) * both.evaluate(&x[row * wide_in], &y[row * 2], 1).loss_sum;
  auto others = both.metric_set_of({{"accuracy"}});
  CHECK(both.evaluate(x.data(), y.data(), 5, &others, nullptr, row_weights.data()).loss_sum ==
        Approx(sum).epsilon(1e-5));
}

TEST_CASE("an ensemble's loss is weighted by rows", "[nn][ensemble][weights]") {
  auto m = model_for(find_loss("mean_squared_error"), "linear");
  std::vector<float> weights{m.weights(), m.weights() + m.num_weights()};
  weights.insert(weights.end(), weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(m.num_weights()));
  ensemble two{m.architecture(), m.loss(), wide_out, block::copy_of(weights.data(), weights.size()), 2};
  const auto x = test::random_numbers(8 * wide_in, 2);
  const auto y = test::random_numbers(8 * wide_out, 3);
  CHECK(two.evaluate(x.data(), y.data(), 8, nullptr, nullptr, row_weights.data()).loss_sum ==
        Approx(m.evaluate(x.data(), y.data(), 8, nullptr, nullptr, row_weights.data()).loss_sum).epsilon(1e-6));
}

TEST_CASE("a model says which labels its loss takes", "[nn][losses]") {
  for (const auto& name : loss_names()) {
    INFO(name);
    const auto parts = model_for(find_loss(name), "softmax").label_parts();
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].range == find_loss(name).range);
    CHECK(parts[0].loss == name);
  }
  const model classes{{"m", {2}, {test::dense(3, "softmax")}}, "categorical_crossentropy", 1};
  CHECK(classes.label_parts().at(0).range == label_range::class_number);
  CHECK(classes.label_parts().at(0).classes == 3);
}
