#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/compute_scope.hpp"
#include "nn/convolution.hpp"
#include "nn/model.hpp"
#include "nn/stack.hpp"
#include "nn/summary.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

std::vector<float> output_of(const spec& layer, const shape& input, const std::vector<float>& x,
                             const std::vector<float>& weights = {}) {
  const architecture of{"m", input, {layer}};
  model m{of, "mean_squared_error", size_of(make_layers(of).back()->output())};
  REQUIRE(weights.size() == m.num_weights());
  std::copy(weights.begin(), weights.end(), m.weights());
  std::vector<float> y(m.output_size() * (x.size() / m.input_size()));
  m.predict(x.data(), x.size() / m.input_size(), y.data());
  return y;
}

shape output_shape(const spec& layer, const shape& input) {
  return make_layers({"m", input, {layer}}).back()->output();
}

std::vector<float> counted(std::size_t size) {
  std::vector<float> numbers(size);
  std::iota(numbers.begin(), numbers.end(), 1.0F);
  return numbers;
}

} // namespace

TEST_CASE("a convolution by hand", "[nn][images]") {
  const auto x = counted(9); // 1 2 3 / 4 5 6 / 7 8 9
  const spec diagonal{"conv2d", {{"filters", 1}, {"kernel_size", 2}}};
  CHECK(output_of(diagonal, {3, 3, 1}, x, {1, 0, 0, 1, 0.5F}) == std::vector<float>{6.5F, 8.5F, 12.5F, 14.5F});
  const spec strided{"conv2d",
                     {{"filters", 1}, {"kernel_size", 2}, {"strides", 2}, {"padding", "same"}, {"use_bias", false}}};
  CHECK(output_of(strided, {3, 3, 1}, x, {1, 1, 1, 1}) == std::vector<float>{12, 9, 15, 9}); // one pixel behind
  const spec dilated{"conv2d", {{"filters", 1}, {"kernel_size", 2}, {"dilation_rate", 2}, {"use_bias", false}}};
  CHECK(output_of(dilated, {3, 3, 1}, x, {1, 1, 1, 1}) == std::vector<float>{20}); // the corners
  const spec two{"conv2d", {{"filters", 2}, {"kernel_size", {1, 2}}, {"use_bias", false}}};
  // kernel [column][filter]: the first filter adds, the second subtracts
  CHECK(output_of(two, {1, 3, 1}, {1, 2, 4}, {1, -1, 1, 1}) == std::vector<float>{3, 1, 6, 2});
}

TEST_CASE("padding = same puts the larger half behind", "[nn][images]") {
  const auto axis = make_axis(6, 4, 1, 1, true);
  CHECK(axis.before == 1);
  CHECK(axis.after == 2);
  CHECK(axis.out == 6);
  CHECK(make_axis(6, 3, 2, 1, true).before == 0);
  CHECK(make_axis(6, 3, 2, 1, true).after == 1);
  CHECK(make_axis(6, 1, 3, 1, true).out == 2); // the window never reaches the end
  CHECK(make_axis(7, 3, 2, 2, false).out == 2);
}

TEST_CASE("both ways to convolve agree in every direction", "[nn][images]") {
  const compute_scope scope;
  struct geometry {
    window over;
    std::size_t filters;
  };
  const std::vector<geometry> all{
      {{make_axis(7, 3, 1, 1, false), make_axis(9, 2, 1, 1, false), 3}, 5},
      {{make_axis(28, 3, 1, 1, false), make_axis(28, 3, 1, 1, false), 1}, 32},
      {{make_axis(8, 3, 1, 1, true), make_axis(8, 3, 1, 1, true), 32}, 32},
      {{make_axis(7, 3, 2, 1, true), make_axis(6, 2, 3, 1, true), 4}, 2},
      {{make_axis(9, 2, 1, 3, true), make_axis(8, 3, 1, 2, false), 2}, 3},
      {{make_axis(5, 1, 1, 1, false), make_axis(4, 1, 1, 1, false), 6}, 4},
      {{make_axis(5, 1, 2, 1, false), make_axis(4, 1, 2, 1, false), 6}, 4},
      {{make_axis(3, 7, 1, 1, true), make_axis(3, 5, 1, 1, true), 2}, 3}, // the window is larger than the image
  };
  for (const auto& [over, filters] : all) {
    INFO(over.y.in << " x " << over.x.in << " x " << over.channels << ", " << over.y.size << " x " << over.x.size);
    const std::size_t rows = 3;
    const auto x = test::random_numbers(rows * over.input(), 1);
    const auto kernel = test::random_numbers(over.numbers() * filters, 2);
    const auto dy = test::random_numbers(rows * over.positions() * filters, 3);
    const auto fast = make_convolution(over, filters);
    const auto plain = make_unrolled_convolution(over, filters);
    const auto agree = [&](std::size_t size, const auto& compute) {
      std::vector<float> a(size, 7);
      std::vector<float> b(size, 8);
      std::vector<float> again(size, 9);
      compute(*fast, a.data());
      compute(*plain, b.data());
      compute(*fast, again.data());
      for (std::size_t i = 0; i < size; ++i)
        REQUIRE(a[i] == Approx(b[i]).margin(1e-4));
      CHECK(a == again);
    };
    agree(dy.size(), [&](convolution& c, float* y) { c.forward(rows, x.data(), kernel.data(), y); });
    agree(x.size(), [&](convolution& c, float* dx) { c.input_gradient(rows, dy.data(), kernel.data(), dx); });
    agree(kernel.size(), [&](convolution& c, float* dk) { c.kernel_gradient(rows, x.data(), dy.data(), dk); });
  }
}

TEST_CASE("images with the channels first give the same numbers, turned", "[nn][images]") {
  const auto x = test::random_numbers(2 * 5 * 4 * 3, 1);
  std::vector<float> turned(x.size());
  for (std::size_t row = 0; row < 2; ++row)
    for (std::size_t pixel = 0; pixel < 20; ++pixel)
      for (std::size_t c = 0; c < 3; ++c)
        turned[(row * 3 + c) * 20 + pixel] = x[(row * 20 + pixel) * 3 + c];
  const std::vector<std::pair<spec, std::size_t>> layers{
      {{"conv2d", {{"filters", 2}, {"kernel_size", 2}, {"activation", "softmax"}}}, 2 * 2 * 3 * 2 + 2},
      {{"max_pooling2d", {{"pool_size", 2}, {"padding", "same"}}}, 0},
      {{"average_pooling2d", {{"pool_size", 2}, {"padding", "same"}}}, 0},
      {{"global_average_pooling2d"}, 0},
      {{"zero_padding2d", {{"padding", {{1, 2}, {0, 3}}}}}, 0},
      {{"batch_normalization"}, 12}};
  for (const auto& [layer, weights] : layers) {
    INFO(layer.name);
    const auto w = test::random_numbers(weights, 2, 0.1, 1);
    auto first = layer;
    if (layer.name == "batch_normalization")
      first.keys["axis"] = 1;
    else
      first.keys["data_format"] = "channels_first";
    const auto last_shape = output_shape(layer, {5, 4, 3});
    const auto first_shape = output_shape(first, {3, 5, 4});
    const auto channels = last_shape.back();
    const auto pixels = size_of(last_shape) / channels;
    CHECK(first_shape.front() == channels);
    const auto last = output_of(layer, {5, 4, 3}, x, w);
    const auto expected = output_of(first, {3, 5, 4}, turned, w);
    for (std::size_t row = 0; row < 2; ++row)
      for (std::size_t pixel = 0; pixel < pixels; ++pixel)
        for (std::size_t c = 0; c < channels; ++c)
          REQUIRE(last[(row * pixels + pixel) * channels + c] ==
                  Approx(expected[(row * channels + c) * pixels + pixel]).margin(1e-6));
  }
}

TEST_CASE("pooling by hand", "[nn][images]") {
  const auto x = counted(9);
  const auto pooled = [&](const char* name, const char* padding) {
    return output_of({name, {{"pool_size", 2}, {"padding", padding}}}, {3, 3, 1}, x);
  };
  CHECK(pooled("max_pooling2d", "valid") == std::vector<float>{5});
  CHECK(pooled("max_pooling2d", "same") == std::vector<float>{5, 6, 8, 9});
  CHECK(pooled("average_pooling2d", "valid") == std::vector<float>{3});
  CHECK(pooled("average_pooling2d", "same") == std::vector<float>{3, 4.5F, 7.5F, 9}); // padding is not counted
  CHECK(output_of({"max_pooling2d", {{"pool_size", 2}, {"strides", 1}}}, {3, 3, 1}, x) ==
        std::vector<float>{5, 6, 8, 9});
  CHECK(output_of({"max_pooling2d", {{"pool_size", 2}, {"padding", "same"}}}, {1, 1, 1}, {-3}) ==
        std::vector<float>{-3}); // padding is no 0
  CHECK(output_of({"global_average_pooling2d"}, {3, 3, 1}, x) == std::vector<float>{5});
  CHECK(output_shape({"global_average_pooling2d", {{"keepdims", true}}}, {3, 3, 4}) == shape{1, 1, 4});
}

TEST_CASE("a number that is not finite comes through pooling", "[nn][images]") {
  for (const char* name : {"max_pooling2d", "average_pooling2d"})
    for (const std::size_t at : {0U, 3U}) {
      std::vector<float> x{1, 2, 3, 4};
      x[at] = NAN;
      CHECK(std::isnan(output_of({name, {{"pool_size", 2}}}, {2, 2, 1}, x)[0]));
    }
}

TEST_CASE("the gradient of a maximum goes to the first of several", "[nn][images]") {
  model m{
      {"m", {1}, {test::dense(4), {"reshape", {{"target_shape", {2, 2, 1}}}}, {"max_pooling2d", {{"pool_size", 2}}}}},
      "mean_squared_error",
      1};
  m.weights()[5] = m.weights()[6] = 3; // the biases of the second and the third
  const float x = 0;
  const float y = 2;
  m.compute_gradient({&x, &y, 1});
  CHECK(std::vector<float>(m.gradient() + 4, m.gradient() + 8) == std::vector<float>{0, 2, 0, 0});
}

TEST_CASE("zeros around an image", "[nn][images]") {
  CHECK(output_of({"zero_padding2d", {{"padding", {{0, 1}, {2, 0}}}}}, {1, 2, 1}, {5, 6}) ==
        std::vector<float>{0, 0, 5, 6, 0, 0, 0, 0});
  CHECK(output_shape({"zero_padding2d", {{"padding", 2}}}, {3, 4, 5}) == shape{7, 8, 5});
  CHECK(output_shape({"zero_padding2d", {{"padding", {1, 2}}}}, {3, 4, 5}) == shape{5, 8, 5});
}

TEST_CASE("reshape works out the extent that is left open", "[nn][images]") {
  CHECK(output_shape({"reshape", {{"target_shape", {2, -1}}}}, {3, 4}) == shape{2, 6});
  CHECK(output_shape({"reshape", {{"target_shape", {12}}}}, {3, 4}) == shape{12});
  CHECK_THROWS_WITH(output_shape({"reshape", {{"target_shape", {5, -1}}}}, {3, 4}), Catch::Contains("12 numbers"));
  CHECK_THROWS_WITH(output_shape({"reshape", {{"target_shape", {13}}}}, {3, 4}), Catch::Contains("12 numbers"));
  CHECK_THROWS_WITH(output_shape({"reshape", {{"target_shape", {-1, -1}}}}, {3, 4}), Catch::Contains("more than one"));
  CHECK_THROWS_WITH(output_shape({"reshape", {{"target_shape", {0}}}}, {3, 4}), Catch::Contains("not an extent"));
}

TEST_CASE("flatten puts channels that come first behind", "[nn][images]") {
  const std::vector<float> x{1, 2, 3, 4, 5, 6}; // 2 channels of 1 x 3
  CHECK(output_of({"flatten", {{"data_format", "channels_first"}}}, {2, 1, 3}, x) ==
        std::vector<float>{1, 4, 2, 5, 3, 6});
  CHECK(output_of({"rescaling", {{"scale", 2}, {"offset", -1}}}, {6}, x) == std::vector<float>{1, 3, 5, 7, 9, 11});
}

TEST_CASE("layers of images name what is wrong", "[nn][images]") {
  const auto refused = [](const spec& layer, const shape& input, const char* why) {
    CHECK_THROWS_WITH(output_shape(layer, input), Catch::Contains(why) && Catch::Contains("layer 0"));
  };
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 3}}}, {784}, "reshape layer before");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 5}}}, {4, 4, 1}, "padding = \"same\"");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", {1, 2, 3}}}}, {4, 4, 1}, "list of two");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 0}}}, {4, 4, 1}, "whole number");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 1}, {"padding", "full"}}}, {4, 4, 1}, "unknown padding");
  refused({"conv2d", {{"filters", 1 << 23}, {"kernel_size", 60000}, {"padding", "same"}}}, {4, 4, 9}, "2^40");
  refused({"zero_padding2d", {{"padding", {1, 2, 3}}}}, {4, 4, 1}, "no padding");
  refused({"batch_normalization", {{"axis", 3}}}, {4, 4}, "not one of its input");
  refused({"batch_normalization", {{"axis", 0}}}, {4, 4}, "the batch");
}

TEST_CASE("batch normalization by hand", "[nn][images]") {
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

// Convolutions take many images in groups, bias gradients one by one.
TEST_CASE("many images are convolved as a few", "[nn][images]") {
  const compute_scope scope;
  model m{{"m",
           {28, 28, 1},
           {{"conv2d", {{"filters", 32}, {"kernel_size", 3}, {"activation", "relu"}}},
            {"max_pooling2d", {{"pool_size", 3}, {"strides", 2}, {"padding", "same"}}},
            {"flatten"},
            test::dense(2)}},
          "mean_squared_error",
          2};
  m.initialize(1);
  constexpr std::size_t rows = 17;
  const auto x = test::random_numbers(rows * 784, 1);
  const auto y = test::random_numbers(rows * 2, 2);
  std::vector<float> together(rows * 2);
  m.predict(x.data(), rows, together.data());
  std::vector<double> sums(m.num_weights());
  for (std::size_t row = 0; row < rows; ++row) {
    float alone[2];
    m.predict(&x[row * 784], 1, alone);
    CHECK(together[row * 2] == Approx(alone[0]).margin(1e-5));
    CHECK(together[row * 2 + 1] == Approx(alone[1]).margin(1e-5));
    m.compute_gradient({&x[row * 784], &y[row * 2], 1});
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += static_cast<double>(m.gradient()[i]) / rows;
  }
  m.compute_gradient({x.data(), y.data(), rows});
  for (std::size_t i = 0; i < 320; ++i) // of the convolution's kernel and bias
    CHECK(static_cast<double>(m.gradient()[i]) == Approx(sums[i]).margin(1e-4));
}

TEST_CASE("a small network of images learns where a line is", "[nn][images]") {
  const compute_scope scope;
  model m{{"m",
           {6, 6, 1},
           {{"conv2d", {{"filters", 4}, {"kernel_size", 3}, {"activation", "relu"}}},
            {"batch_normalization"},
            {"max_pooling2d", {{"pool_size", 2}}},
            {"flatten"},
            test::dense(2, "softmax")}},
          "categorical_crossentropy",
          1};
  m.initialize(1);
  std::vector<float> x;
  std::vector<float> y;
  for (std::size_t at = 0; at < 12; ++at) { // six lines across, six down
    for (std::size_t i = 0; i < 36; ++i)
      x.push_back((at < 6 ? i / 6 : i % 6) == at % 6 ? 1.0F : 0.0F);
    y.push_back(at < 6 ? 0.0F : 1.0F);
  }
  const auto with = make_optimizer({"adam", {{"learning_rate", 0.02}}}, m.num_weights());
  for (int step = 0; step < 200; ++step)
    m.train_on_batch({x.data(), y.data(), 12}, *with);
  CHECK(m.evaluate(x.data(), y.data(), 12).accuracy() == 1);
}
