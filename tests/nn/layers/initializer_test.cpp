#include "nn/parts/initializer.hpp"

#include "common/error.hpp"
#include "nn/layer.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>

using namespace dk::nn;
using nlohmann::json;
namespace test = dk::nn::test;

namespace {

std::vector<float> filled(const json& value, const shape& extents, std::uint64_t seed = 1) {
  std::vector<float> numbers(size_of(extents));
  dk::random_stream random{seed};
  initialize(value, extents, random, numbers.data());
  return numbers;
}

struct moments {
  double mean = 0;
  double deviation = 0;
  double low = 0;
  double high = 0;
};

moments of(const std::vector<float>& numbers) {
  const auto size = static_cast<double>(numbers.size());
  moments m;
  m.mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / size;
  for (const float x : numbers)
    m.deviation += std::pow(static_cast<double>(x) - m.mean, 2) / size;
  m.deviation = std::sqrt(m.deviation);
  m.low = static_cast<double>(*std::min_element(numbers.begin(), numbers.end()));
  m.high = static_cast<double>(*std::max_element(numbers.begin(), numbers.end()));
  return m;
}

} // namespace

TEST_CASE("every random initializer has the spread that Keras gives it", "[nn][initializer]") {
  // A kernel of 300 x 100: fan in 300, fan out 100, their mean 200.
  struct expected {
    json value;
    double deviation;
    double limit; // of the largest number
  };
  const double widened = 2 / 0.87962566103423978; // two deviations before what is beyond them was cut off
  const std::vector<expected> all{
      {"random_uniform", 0.1 / std::sqrt(12), 0.05},
      {"uniform_weights", 1 / std::sqrt(12), 0.5},
      {"random_normal", 0.05, 0.4},
      {"truncated_normal", 0.05 * 0.87962566103423978, 0.1},
      {"variance_scaling", std::sqrt(1.0 / 300), widened * std::sqrt(1.0 / 300)},
      {{{"name", "variance_scaling"}, {"scale", 3.0}, {"mode", "fan_out"}, {"distribution", "uniform"}},
       std::sqrt(3.0 / 100),
       std::sqrt(9.0 / 100)},
      {{{"name", "variance_scaling"}, {"distribution", "untruncated_normal"}}, std::sqrt(1.0 / 300), 0.4},
      {"glorot_uniform", std::sqrt(1.0 / 200), std::sqrt(6.0 / 400)},
      {"glorot_normal", std::sqrt(1.0 / 200), widened * std::sqrt(1.0 / 200)},
      {"he_uniform", std::sqrt(2.0 / 300), std::sqrt(6.0 / 300)},
      {"he_normal", std::sqrt(2.0 / 300), widened * std::sqrt(2.0 / 300)},
      {"lecun_uniform", std::sqrt(1.0 / 300), std::sqrt(3.0 / 300)},
      {"lecun_normal", std::sqrt(1.0 / 300), widened * std::sqrt(1.0 / 300)},
      {"orthogonal", std::sqrt(1.0 / 300), 0.4},
  };
  std::vector<std::string> seen{"zeros", "ones", "constant", "identity"}; // not random
  for (const auto& [value, deviation, limit] : all) {
    INFO(value.dump());
    const auto m = of(filled(value, {300, 100}));
    CHECK(m.mean == Approx(0).margin(0.02 * deviation));
    CHECK(m.deviation == Approx(deviation).epsilon(0.02));
    CHECK(std::max(-m.low, m.high) <= limit * 1.000001);
    if (limit < 6 * deviation && value != "orthogonal")
      CHECK(std::max(-m.low, m.high) > limit * 0.97);
    seen.push_back(value.is_string() ? value.get<std::string>() : value["name"].get<std::string>());
  }
  for (const auto& name : initializer_names()) {
    INFO(name);
    CHECK(std::count(seen.begin(), seen.end(), name) > 0);
  }
}

TEST_CASE("initializers that draw nothing", "[nn][initializer]") {
  CHECK(filled("zeros", {2}) == std::vector<float>{0, 0});
  CHECK(filled("ones", {2}) == std::vector<float>{1, 1});
  CHECK(filled({{"name", "constant"}, {"value", 0.25}}, {2}) == std::vector<float>{0.25F, 0.25F});
  CHECK(filled({{"name", "identity"}, {"gain", 2.0}}, {2, 3}) == std::vector<float>{2, 0, 0, 0, 2, 0});
}

TEST_CASE("the fan of a kernel of images counts its window", "[nn][initializer]") {
  // 3 x 3 window, 20 in, 50 out: fan in 180, fan out 450
  CHECK(of(filled("glorot_uniform", {3, 3, 20, 50})).high == Approx(std::sqrt(6.0 / 630)).epsilon(0.01));
  CHECK(of(filled("he_normal", {3, 3, 20, 50})).deviation == Approx(std::sqrt(2.0 / 180)).epsilon(0.02));
}

TEST_CASE("orthogonal gives orthonormal rows or columns, whichever are fewer", "[nn][initializer]") {
  for (const auto& extents : {shape{5, 3}, shape{3, 5}, shape{2, 2, 3}}) {
    const auto w = filled({{"name", "orthogonal"}, {"gain", 2.0}}, extents);
    const auto cols = extents.back();
    const auto rows = w.size() / cols;
    const auto few = std::min(rows, cols);
    for (std::size_t i = 0; i < few; ++i)
      for (std::size_t j = 0; j < few; ++j) {
        float dot = 0;
        for (std::size_t k = 0; k < std::max(rows, cols); ++k)
          dot += rows < cols ? w[i * cols + k] * w[j * cols + k] : w[k * cols + i] * w[k * cols + j];
        CHECK(dot == Approx(i == j ? 4 : 0).margin(1e-5));
      }
  }
}

TEST_CASE("a seed of its own makes an array independent of the others", "[nn][initializer]") {
  CHECK(filled("he_normal", {4, 4}, 1) == filled("he_normal", {4, 4}, 1));
  CHECK(filled("he_normal", {4, 4}, 1) != filled("he_normal", {4, 4}, 2));
  const json own{{"name", "he_normal"}, {"seed", 7}};
  CHECK(filled(own, {4, 4}, 1) == filled(own, {4, 4}, 2));
}

TEST_CASE("a layer fills its arrays as it was told", "[nn][initializer]") {
  model m{
      {"m",
       {2},
       {{"dense",
         {{"units", 2}, {"kernel_initializer", "ones"}, {"bias_initializer", {{"name", "constant"}, {"value", 3}}}}}}},
      "mean_squared_error",
      2};
  m.initialize(1);
  CHECK(std::vector<float>(m.weights(), m.weights() + 6) == std::vector<float>{1, 1, 1, 1, 3, 3});
}

TEST_CASE("an initializer that cannot be is refused with its reason", "[nn][initializer]") {
  CHECK_THROWS_WITH(check_initializer("glorot_unifrm"), Catch::Contains("did you mean \"glorot_uniform\""));
  CHECK_THROWS_WITH(check_initializer({{"name", "ones"}, {"value", 1}}), Catch::Contains("unknown key"));
  CHECK_THROWS_WITH(check_initializer(5), Catch::Contains("found 5, expected a name"));
  CHECK_THROWS_WITH(filled("identity", {2, 2, 2}), Catch::Contains("two axes"));
  CHECK_THROWS_WITH(filled("orthogonal", {2}), Catch::Contains("two axes or more"));
  CHECK_THROWS_WITH(
      (model{{"m", {2}, {{"dense", {{"units", 2}, {"kernel_initializer", "he"}}}}}, "mean_squared_error", 2}),
      Catch::Contains("layer 0 (dense)") && Catch::Contains("kernel_initializer"));
}

TEST_CASE("Keras's names of initializers come and go", "[nn][initializer]") {
  for (const auto& name : initializer_names()) {
    INFO(name);
    const auto written = keras_initializer(name);
    const auto again = read_keras_initializer(written);
    if (name != "uniform_weights") // which Keras knows as random_uniform
      CHECK((again.is_object() ? again["name"] : again) == name);
    CHECK(filled(again, {3, 3}) == filled(name, {3, 3}));
  }
  CHECK(read_keras_initializer("he_normal") == "he_normal");
  CHECK_THROWS_WITH(read_keras_initializer({{"class_name", "Mystery"}, {"config", json::object()}}),
                    Catch::Contains("Mystery"));
  const json old{{"class_name", "VarianceScaling"},
                 {"config", {{"scale", 1.0}, {"mode", "fan_avg"}, {"distribution", "uniform"}, {"seed", nullptr}}}};
  CHECK(filled(read_keras_initializer(old), {3, 3}) == filled("glorot_uniform", {3, 3}));
}
