// What is not said is as Keras has it.
#include "nn/model/stack.hpp"
#include "tests/nn/fixtures.hpp"

#include <catch2/catch.hpp>

using namespace dk::nn;
using dk::spec;
using nlohmann::json;

TEST_CASE("a layer's keys have Keras's defaults", "[nn][layers]") {
  struct defaults {
    spec layer;
    shape input;
    json expected; // of its Keras config
  };
  const json drawn{{"class_name", "GlorotUniform"}, {"config", {{"seed", nullptr}}}};
  const json none{{"class_name", "Zeros"}, {"config", json::object()}};
  const std::vector<defaults> all{
      {{"dense", {{"units", 3}}},
       {4},
       {{"activation", "linear"},
        {"use_bias", true},
        {"kernel_initializer", drawn},
        {"bias_initializer", none},
        {"kernel_regularizer", nullptr},
        {"bias_regularizer", nullptr}}},
      {{"conv2d", {{"filters", 3}, {"kernel_size", 2}}},
       {8, 8, 2},
       {{"strides", {1, 1}},
        {"dilation_rate", {1, 1}},
        {"padding", "valid"},
        {"data_format", "channels_last"},
        {"activation", "linear"},
        {"use_bias", true}}},
      {{"max_pooling2d", {{"pool_size", {2, 3}}}},
       {8, 8, 2},
       {{"strides", {2, 3}}, {"padding", "valid"}, {"data_format", "channels_last"}}},
      {{"average_pooling2d", {{"pool_size", {2, 3}}}}, {8, 8, 2}, {{"strides", {2, 3}}, {"padding", "valid"}}},
      {{"batch_normalization", json::object()},
       {4},
       {{"momentum", 0.99}, {"epsilon", 1e-3}, {"center", true}, {"scale", true}}},
      {{"rescaling", {{"scale", 2}}}, {4}, {{"offset", 0.0}}},
  };
  for (const auto& one : all) {
    const auto layers = make_layers({"m", one.input, {one.layer}});
    const auto config = layers.back()->keras_config();
    for (const auto& [key, value] : one.expected.items()) {
      INFO(one.layer.name << " " << key);
      REQUIRE(config.contains(key));
      CHECK(config[key] == value);
    }
  }
}
