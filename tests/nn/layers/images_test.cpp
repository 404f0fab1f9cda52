#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/nn/layers/one_layer.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace dk::nn;
using dk::spec;
using dk::nn::test::counted;
using dk::nn::test::output_of;
using dk::nn::test::output_shape;
namespace test = dk::nn::test;

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

TEST_CASE("pooling by hand", "[nn][images][max_pooling2d][average_pooling2d][global_average_pooling2d]") {
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

TEST_CASE("zeros around an image", "[nn][images][zero_padding2d]") {
  CHECK(output_of({"zero_padding2d", {{"padding", {{0, 1}, {2, 0}}}}}, {1, 2, 1}, {5, 6}) ==
        std::vector<float>{0, 0, 5, 6, 0, 0, 0, 0});
  CHECK(output_shape({"zero_padding2d", {{"padding", 2}}}, {3, 4, 5}) == shape{7, 8, 5});
  CHECK(output_shape({"zero_padding2d", {{"padding", {1, 2}}}}, {3, 4, 5}) == shape{5, 8, 5});
}

TEST_CASE("reshape works out the extent that is left open", "[nn][images][reshape]") {
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
}

TEST_CASE("rescaling by hand", "[nn][images][rescaling]") {
  CHECK(output_of({"rescaling", {{"scale", 2}, {"offset", -1}}}, {3}, {1, 2, 3}) == std::vector<float>{1, 3, 5});
}

TEST_CASE("layers of images name what is wrong", "[nn][images]") {
  const auto refused = [](const spec& layer, const shape& input, const char* why) {
    CHECK_THROWS_WITH(output_shape(layer, input), Catch::Contains(why) && Catch::Contains("layer 0"));
  };
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 3}}}, {784}, "reshape layer before");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 5}}}, {4, 4, 1}, "padding = \"same\"");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", {1, 2, 3}}}}, {4, 4, 1}, "list of two");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 0}}}, {4, 4, 1}, "whole number");
  refused({"conv2d", {{"filters", 1}, {"kernel_size", 1}, {"padding", "full"}}}, {4, 4, 1},
          "expected one of: valid, same");
  refused({"conv2d", {{"filters", 1 << 23}, {"kernel_size", 60000}, {"padding", "same"}}}, {4, 4, 9}, "2^40");
  refused({"zero_padding2d", {{"padding", {1, 2, 3}}}}, {4, 4, 1}, "no padding");
  refused({"batch_normalization", {{"axis", 3}}}, {4, 4}, "not one of its input");
  refused({"batch_normalization", {{"axis", 0}}}, {4, 4}, "the batch");
}
