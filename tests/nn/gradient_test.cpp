#include "tests/nn/gradient_check.hpp"

#include "common/error.hpp"
#include "nn/activation.hpp"
#include "nn/catalog.hpp"
#include "tests/nn/fixtures.hpp"

#include <map>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

// What stands between two dense layers while its gradient is checked. A new layer needs its line here.
const std::map<std::string, std::vector<spec>> examples{
    {"dense", {test::dense(5, "tanh"), {"dense", {{"units", 3}, {"use_bias", false}}}}},
    {"activation", {{"activation", {{"activation", "sigmoid"}}}, {"activation", {{"activation", "softmax"}}}}},
    {"leaky_relu", {{"leaky_relu", {{"alpha", 0.3}}}}},
    {"elu", {{"elu", {{"alpha", 0.7}}}}},
    {"dropout", {test::dropout(0.4), test::dropout(0)}},
    {"flatten", {{"flatten"}}},
};

void check(const std::vector<spec>& layers, const char* loss, std::size_t label_width, std::vector<float> labels) {
  const std::size_t rows = labels.size() / label_width;
  model m{{"check", {6}, layers}, loss, label_width};
  m.initialize(3);
  const auto x = test::random_numbers(rows * 6, 4, -2, 2);
  test::check_gradient(m, {x.data(), labels.data(), rows});
}

} // namespace

TEST_CASE("every layer of the catalog goes backward as its forward says", "[nn][gradient]") {
  for (const auto& name : layer_names()) {
    INFO("layer " << name);
    const auto found = examples.find(name);
    REQUIRE(found != examples.end());
    for (const auto& layer : found->second)
      check({test::dense(7, "tanh"), layer, test::dense(3)}, "mean_squared_error", 3, test::random_numbers(15, 9));
  }
}

TEST_CASE("every activation goes backward as its forward says", "[nn][gradient]") {
  for (const auto& name : activation_names()) {
    INFO("activation " << name);
    check({test::dense(5, name.c_str()), test::dense(3)}, "mean_squared_error", 3, test::random_numbers(15, 9));
  }
}

namespace {

// A last activation, and labels that suit the loss behind it.
struct loss_example {
  std::vector<const char*> activations;
  std::size_t label_width;
  std::vector<float> labels;
};

} // namespace

TEST_CASE("every loss goes backward as its forward says", "[nn][gradient]") {
  const auto numbers = test::random_numbers(15, 9, 0.1, 1);
  const std::vector<float> sides{-1, 1, 1, 1, -1, 1, -1, -1, 1, 1, -1, 1, -1, 1, 1};
  const std::vector<float> one_hot{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0};
  const std::map<std::string, loss_example> examples{
      {"mean_squared_error", {{"linear", "sigmoid", "softmax"}, 3, numbers}},
      {"mean_absolute_error", {{"linear", "sigmoid"}, 3, numbers}},
      {"mean_absolute_percentage_error", {{"sigmoid"}, 3, std::vector<float>(15, 40)}},
      {"mean_squared_logarithmic_error", {{"sigmoid"}, 3, numbers}}, // below 0 lies a kink
      {"hinge", {{"linear", "tanh"}, 3, sides}},
      {"squared_hinge", {{"linear", "tanh"}, 3, sides}},
      {"categorical_hinge", {{"linear", "softmax"}, 3, one_hot}},
      {"logcosh", {{"linear"}, 3, numbers}},
      {"categorical_crossentropy", {{"softmax", "sigmoid"}, 3, numbers}},
      {"sparse_categorical_crossentropy", {{"softmax", "sigmoid"}, 1, {2, 0, 1, 1, 2}}},
      {"binary_crossentropy", {{"sigmoid", "softmax"}, 3, numbers}},
      {"kullback_leibler_divergence", {{"softmax", "sigmoid"}, 3, numbers}},
      {"poisson", {{"sigmoid"}, 3, numbers}},
      {"cosine_similarity", {{"linear", "sigmoid"}, 3, numbers}},
  };
  for (const auto& name : loss_names()) {
    INFO("loss " << name);
    const auto found = examples.find(name);
    REQUIRE(found != examples.end());
    for (const char* activation : found->second.activations) {
      INFO("after " << activation);
      check({test::dense(4, "tanh"), test::dense(3, activation)}, name.c_str(), found->second.label_width,
            found->second.labels);
    }
  }
}

TEST_CASE("class numbers and one-hot labels have the same gradient", "[nn][gradient]") {
  const std::vector<float> classes{2, 0, 1};
  const std::vector<float> one_hot{0, 0, 1, 1, 0, 0, 0, 1, 0};
  const auto x = test::random_numbers(3 * 4, 4);
  const architecture net{"m", {4}, {test::dense(3, "softmax")}};
  model a{net, "categorical_crossentropy", 1};
  model b{net, "categorical_crossentropy", 3};
  a.initialize(1);
  b.initialize(1);
  const auto sums_a = a.compute_gradient({x.data(), classes.data(), 3});
  const auto sums_b = b.compute_gradient({x.data(), one_hot.data(), 3});
  CHECK(sums_a.loss_sum == sums_b.loss_sum);
  CHECK(sums_a.correct == sums_b.correct);
  CHECK(std::equal(a.gradient(), a.gradient() + a.num_weights(), b.gradient()));
}
