#include "nn/onnx/model.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/model/stack.hpp"
#include "nn/onnx/layers.hpp"
#include "tests/nn/files/exported_models.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace dk::nn;

TEST_CASE("fields of Protocol Buffers are as its specification writes them", "[nn][onnx]") {
  onnx::message inner;
  inner.integer(1, 150); // the example of the specification
  CHECK(inner.text() == "\x08\x96\x01");
  onnx::message outer;
  outer.inner(3, inner);
  CHECK(outer.text() == "\x1A\x03\x08\x96\x01");
  onnx::message text;
  text.bytes(2, "testing");
  CHECK(text.text() == "\x12\x07testing");
  onnx::message more;
  more.integer(20, -1); // ten bytes, as all of 64 bits
  CHECK(more.text() == "\xA0\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  onnx::message number;
  number.number(2, 1.0F);
  CHECK(number.text() == std::string("\x15\0\0\x80\x3F", 5));
}

TEST_CASE("the models that are exported have every layer", "[nn][onnx]") {
  std::set<std::string> found;
  for (const auto& of : test::exported_models())
    for (const auto& layer : of.layers)
      found.insert(layer.name);
  for (const auto& name : layer_names()) {
    INFO("layer `" << name << "` lacks a model in tests/nn/files/exported_models.hpp; add one");
    CHECK(found.count(name) == 1);
  }
}

TEST_CASE("every layer and activation can be written as ONNX", "[nn][onnx]") {
  for (const auto& of : test::exported_models()) {
    INFO(of.name);
    const network layers{of};
    const std::vector<float> weights(layers.weights().num_all());
    CHECK(onnx::encode_model(of, weights.data()).size() > weights.size() * sizeof(float));
  }
}

// ONNX Runtime judges them where it is there; this one sees on every machine that none is left out or taken for
// another.
TEST_CASE("numbers that are settings of layers are written", "[nn][onnx]") {
  const architecture of{"m",
                        {6},
                        {{"rescaling", {{"scale", 0.34375}, {"offset", -7.25}}},
                         {"leaky_relu", {{"alpha", 0.171875}}},
                         {"elu", {{"alpha", 1.328125}}},
                         {"batch_normalization", {{"epsilon", 0.0146484375}}},
                         {"dense", {{"units", 2}, {"activation", "softmax"}}}}};
  const std::vector<float> weights(network{of}.weights().num_all());
  const auto bytes = onnx::encode_model(of, weights.data());
  for (const float setting : {0.34375F, -7.25F, 0.171875F, 1.328125F, 0.0146484375F}) {
    INFO(setting);
    const std::string wanted{reinterpret_cast<const char*>(&setting), sizeof setting};
    const auto first = bytes.find(wanted);
    CHECK(first != std::string::npos);
    CHECK(bytes.find(wanted, first + 1) == std::string::npos); // once
  }
}

TEST_CASE("a layer that ONNX cannot say is refused by its name", "[nn][onnx]") {
  const auto layers = make_layers({"m", {2}, {{"dense", {{"units", 2}, {"name", "odd"}}}}});
  onnx::graph to{"m"};
  const onnx::layer_use use{"permute", *layers[0], nullptr, {"x"}, {{2}}, "y"};
  CHECK_THROWS_WITH(onnx::add_layer(to, use), Catch::Contains("\"odd\" (permute) cannot be written as ONNX"));
}
