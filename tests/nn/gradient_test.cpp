#include "tests/nn/gradient_check.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/parts/activation.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/walk.hpp"

#include <algorithm>
#include <map>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

// A layer of images reads 4 x 3 x 2 numbers, with the channels last or first.
std::vector<spec> images(const spec& layer, std::vector<std::size_t> extents = {4, 3, 2}) {
  return {{"reshape", {{"target_shape", extents}}}, layer, {"flatten"}};
}

const std::vector<std::size_t> channels_first{2, 4, 3};

// What stands between two dense layers while its gradient is checked, 24 numbers wide.
const std::map<std::string, std::vector<std::vector<spec>>> examples{
    {"dense", {{test::dense(5, "tanh")}, {{"dense", {{"units", 3}, {"use_bias", false}}}}}},
    {"activation", {{{"activation", {{"activation", "sigmoid"}}}}, {{"activation", {{"activation", "softmax"}}}}}},
    {"leaky_relu", {{{"leaky_relu", {{"alpha", 0.3}}}}}},
    {"elu", {{{"elu", {{"alpha", 0.7}}}}}},
    {"dropout", {{test::dropout(0.4)}, {test::dropout(0)}}},
    {"batch_normalization",
     {{{"batch_normalization"}},
      {{"batch_normalization", {{"scale", false}, {"epsilon", 0.1}}}},
      images({"batch_normalization", {{"center", false}}}),
      images({"batch_normalization", {{"axis", 1}}}, channels_first),
      images({"batch_normalization", {{"axis", {2}}}})}},
    {"flatten",
     {{{"flatten"}},
      {{"reshape", {{"target_shape", channels_first}}}, {"flatten", {{"data_format", "channels_first"}}}}}},
    {"reshape", {images({"activation", {{"activation", "softmax"}}})}},
    {"add",
     {{test::dense(24, "tanh"), {"add", {{"from", {"dense", "dense_1", "dense"}}}}},
      {test::dense(24, "tanh"), {"add", {{"from", {"dense_1", "dense"}}}}, {"add", {{"from", {"add", "dense_1"}}}}}}},
    {"concatenate",
     {{test::dense(5, "tanh"), {"concatenate", {{"from", {"dense", "dense_1", "dense"}}}}},
      {{"reshape", {{"target_shape", {4, 3, 2}}}},
       {"conv2d", {{"filters", 2}, {"kernel_size", {2, 1}}}},
       {"concatenate", {{"from", {"reshape", "conv2d"}}, {"axis", 1}}},
       {"flatten"}}}},
    {"rescaling", {{{"rescaling", {{"scale", 0.5}, {"offset", -1}}}}}},
    {"conv2d",
     {images({"conv2d", {{"filters", 3}, {"kernel_size", 2}, {"activation", "tanh"}}}),
      images({"conv2d", {{"filters", 2}, {"kernel_size", {3, 2}}, {"strides", {2, 1}}, {"padding", "same"}}}),
      images({"conv2d", {{"filters", 2}, {"kernel_size", 2}, {"dilation_rate", {2, 1}}, {"use_bias", false}}}),
      images({"conv2d", {{"filters", 3}, {"kernel_size", 1}, {"activation", "softmax"}}}),
      images({"conv2d",
              {{"filters", 3},
               {"kernel_size", 3},
               {"padding", "same"},
               {"data_format", "channels_first"},
               {"activation", "softmax"}}},
             channels_first)}},
    {"max_pooling2d",
     {images({"max_pooling2d", {{"pool_size", 2}}}),
      images({"max_pooling2d", {{"pool_size", {3, 2}}, {"strides", 1}, {"padding", "same"}}}),
      images({"max_pooling2d", {{"pool_size", 2}, {"data_format", "channels_first"}}}, channels_first)}},
    {"average_pooling2d",
     {images({"average_pooling2d", {{"pool_size", 2}}}),
      images({"average_pooling2d", {{"pool_size", {3, 2}}, {"strides", 1}, {"padding", "same"}}}),
      images({"average_pooling2d", {{"pool_size", 2}, {"data_format", "channels_first"}}}, channels_first)}},
    {"global_average_pooling2d",
     {images({"global_average_pooling2d"}),
      images({"global_average_pooling2d", {{"data_format", "channels_first"}, {"keepdims", true}}}, channels_first)}},
    {"zero_padding2d",
     {images({"zero_padding2d", {{"padding", 1}}}),
      images({"zero_padding2d", {{"padding", {{0, 1}, {2, 0}}}, {"data_format", "channels_first"}}}, channels_first)}},
};

const std::vector<std::vector<spec>>& examples_of(const std::string& layer) {
  return dk::test::line_for("layer", layer, examples, "a gradient check in tests/nn/gradient_test.cpp");
}

void check(const std::vector<spec>& layers, const char* loss, std::size_t label_width, std::vector<float> labels,
           std::uint64_t seed = 3) {
  const std::size_t rows = labels.size() / label_width;
  model m{{"check", {6}, layers}, loss, label_width};
  m.initialize(seed);
  const auto x = test::random_numbers(rows * 6, 4, -2, 2);
  test::check_gradient(m, {x.data(), labels.data(), rows});
}

} // namespace

TEST_CASE("every layer of the catalog goes backward as its forward says", "[nn][gradient]") {
  for (const auto& name : layer_names()) {
    INFO("layer " << name);
    for (const auto& example : examples_of(name)) {
      INFO(example.front().name << " " << example.back().keys.dump());
      std::vector<spec> layers{test::dense(24, "tanh")};
      layers.insert(layers.end(), example.begin(), example.end());
      layers.push_back(test::dense(3));
      // with other weights two numbers under one window are nearly equal, and a step changes which is the larger
      check(layers, "mean_squared_error", 3, test::random_numbers(15, 9), name == "max_pooling2d" ? 5 : 3);
    }
  }
}

TEST_CASE("gradients come through every layer of the catalog while it is frozen", "[nn][gradient][trainable]") {
  for (const auto& name : layer_names())
    for (auto example : examples_of(name)) {
      INFO(name << " " << example.front().name << " " << example.back().keys.dump());
      for (auto& layer : example)
        layer.keys["trainable"] = false;
      example.insert(example.begin(), test::dense(24, "tanh"));
      example.push_back(test::dense(3));
      model m{{"check", {6}, example}, "mean_squared_error", 3};
      m.initialize(name == "max_pooling2d" ? 5 : 3);
      const auto held = test::random_numbers(m.num_frozen(), 7, 0.2, 1); // no mean is 0, no deviation 1
      m.set_frozen(dk::block::copy_of(held.data(), held.size()));
      const auto x = test::random_numbers(5 * 6, 4, -2, 2);
      const auto y = test::random_numbers(5 * 3, 9);
      test::check_gradient(m, {x.data(), y.data(), 5});
      CHECK(std::equal(held.begin(), held.end(), m.frozen().begin()));
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
  const std::map<std::string, loss_example> losses{
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
    const auto& of = dk::test::line_for("loss", name, losses, "a gradient check in tests/nn/gradient_test.cpp");
    for (const char* activation : of.activations) {
      INFO("after " << activation);
      check({test::dense(4, "tanh"), test::dense(3, activation)}, name.c_str(), of.label_width, of.labels);
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
