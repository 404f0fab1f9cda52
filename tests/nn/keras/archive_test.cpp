// The .keras files that dk writes, and the order of layers that Keras expects. tests/keras lets Keras itself read them.
#include "common/error.hpp"
#include "nn/files/model_file.hpp"
#include "nn/keras/archive.hpp"
#include "nn/keras/hdf5.hpp"
#include "nn/keras/layer_config.hpp"
#include "nn/keras/order.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

using namespace dk::nn;
using dk::test::temporary_folder;
using nlohmann::json;
namespace test = dk::nn::test;

namespace {

dk::spec layer_named(dk::spec layer, const char* name, json from = nullptr) {
  layer.keys["name"] = name;
  if (!from.is_null())
    layer.keys["from"] = std::move(from);
  return layer;
}

architecture images() {
  return {"seen",
          {6, 5, 2},
          {{"zero_padding2d", {{"padding", {{1, 0}, {2, 1}}}}},
           {"conv2d",
            {{"filters", 3},
             {"kernel_size", {2, 3}},
             {"kernel_regularizer", {{"name", "l1_l2"}, {"l1", 0.1}, {"l2", 0.01}}}}},
           {"batch_normalization", {{"momentum", 0.9}, {"axis", 3}}},
           {"leaky_relu", {{"alpha", 0.25}}},
           {"max_pooling2d", {{"pool_size", 2}}},
           {"flatten"},
           test::dense(4, "tanh"),
           test::dropout(0.5),
           test::dense(3, "softmax")}};
}

// Two branches of one shape, of which Keras lists the one that is met first from the output before the other.
architecture branches() {
  return {"branches",
          {2},
          {layer_named(test::dense(3), "late", "in"), layer_named(test::dense(3), "early", "in"),
           layer_named({"concatenate"}, "both", {"early", "late"})},
          {{"in", {2}}},
          {"both"}};
}

struct saved_model {
  saved_model(const architecture& of, const objective& loss, const dk::spec& optimizer, std::size_t label_width)
      : m{of, loss, label_width} {
    m.initialize(3);
    save_archive(path, of, loss, optimizer, m.weights());
  }

  temporary_folder folder;
  std::string path = folder.path("m.keras");
  model m;
};

json config_of(const std::string& path) {
  return json::parse(keras::read_archive(dk::test::file_bytes(path)).config);
}

const json& layer_in(const json& config, const char* name) {
  for (const auto& layer : config["config"]["layers"])
    if (layer["config"]["name"] == name)
      return layer;
  throw dk::failure{dk::errc::internal, name};
}

} // namespace

TEST_CASE("a .keras file comes back with its bits, loss and optimizer", "[nn][keras]") {
  const saved_model saved{
      images(), "categorical_crossentropy", {"rmsprop", {{"learning_rate", 0.02}, {"rho", 0.8}}}, 1};
  const auto loaded = load_model(saved.path);
  CHECK(loaded.loss == "categorical_crossentropy");
  CHECK(loaded.optimizer.name == "rmsprop");
  CHECK(loaded.optimizer.keys["rho"] == 0.8);
  CHECK(loaded.architecture.name == "seen");
  REQUIRE(loaded.weights.size() == saved.m.num_weights());
  CHECK(std::equal(loaded.weights.begin(), loaded.weights.end(), saved.m.weights()));
  const model again{loaded.architecture, loaded.loss, 1};
  for (std::size_t i = 0; i < again.num_layers(); ++i)
    CHECK(again.layer_at(i).keras_config() == saved.m.layer_at(i).keras_config());
}

TEST_CASE("a .keras file has the words of Keras 3", "[nn][keras]") {
  const saved_model saved{images(), "mean_squared_error", {"sgd", {{"learning_rate", 0.1}, {"decay", 0.5}}}, 3};
  const auto config = config_of(saved.path);
  CHECK(config["module"] == "keras");
  CHECK(config["config"]["layers"][0]["config"]["batch_shape"] == json{nullptr, 6, 5, 2});
  CHECK(layer_in(config, "leaky_relu")["config"]["negative_slope"] == 0.25);
  CHECK(layer_in(config, "batch_normalization")["config"]["axis"] == 3);
  const auto& conv = layer_in(config, "conv2d");
  CHECK(conv["module"] == "keras.layers");
  CHECK(conv["config"]["kernel_regularizer"]["module"] == "keras.regularizers");
  CHECK(conv["config"]["kernel_initializer"]["class_name"] == "GlorotUniform");
  const auto& rate = config["compile_config"]["optimizer"]["config"]["learning_rate"];
  CHECK(rate["class_name"] == "InverseTimeDecay"); // there is no `decay` beside the rate
  CHECK(rate["config"]["decay_rate"] == 0.5);
  const auto metadata = json::parse(keras::read_archive(dk::test::file_bytes(saved.path)).metadata);
  CHECK(metadata["keras_version"].get<std::string>().substr(0, 2) == "3.");
}

TEST_CASE("the same model makes the same .keras file", "[nn][keras]") {
  const saved_model one{images(), "mean_squared_error", {}, 3};
  const saved_model other{images(), "mean_squared_error", {}, 3};
  CHECK(dk::test::file_bytes(one.path) == dk::test::file_bytes(other.path));
}

TEST_CASE("a graph is written in the order in which Keras lists its layers", "[nn][keras]") {
  const saved_model saved{branches(), "mean_squared_error", {}, 6};
  const auto config = config_of(saved.path);
  CHECK(config["class_name"] == "Functional");
  CHECK(config["config"]["layers"][1]["name"] == "early");
  CHECK(config["config"]["layers"][2]["name"] == "late");
  const auto& tensors = layer_in(config, "both")["inbound_nodes"][0]["args"][0];
  CHECK(tensors[0]["config"]["keras_history"][0] == "early");
  CHECK(tensors[0]["config"]["shape"] == json{nullptr, 3});
  const auto loaded = load_model(saved.path);
  model again{loaded.architecture, "mean_squared_error", 6};
  std::copy(loaded.weights.begin(), loaded.weights.end(), again.weights());
  const std::vector<float> x{0.5F, -1.0F};
  std::vector<float> before(6);
  std::vector<float> after(6);
  auto original = model{branches(), "mean_squared_error", 6};
  original.initialize(3);
  original.predict(x.data(), 1, before.data());
  again.predict(x.data(), 1, after.data());
  CHECK(before == after);
}

// Keras takes the groups of an .h5 file by their order, dk by their names.
TEST_CASE("an .h5 file lists weights in Keras's order and keeps ours", "[nn][keras]") {
  const temporary_folder folder;
  model m{branches(), "mean_squared_error", 6};
  m.initialize(4);
  save_model(folder.path("m.h5"), branches(), m.loss(), {}, m.weights());
  const auto file = keras::open_file(folder.path("m.h5"));
  CHECK(keras::read_texts(keras::open_group(file, "model_weights"), "layer_names") ==
        std::vector<std::string>{"early", "late", "both"});
  const auto loaded = load_model(folder.path("m.h5"));
  CHECK(loaded.architecture.layers[0].keys["name"] == "late");
  CHECK(std::equal(loaded.weights.begin(), loaded.weights.end(), m.weights()));
}

TEST_CASE("layers lie by their distance from an output", "[nn][keras]") {
  const architecture of{"deep",
                        {2},
                        {layer_named(test::dense(2), "near", "in"), layer_named(test::dense(2), "far", "in"),
                         layer_named({"activation", {{"activation", "tanh"}}}, "middle", "far"),
                         layer_named({"add"}, "sum", {"near", "middle"})},
                        {{"in", {2}}},
                        {"sum"}};
  std::vector<std::string> names;
  const std::vector<float> weights(12);
  const auto ordered = keras::in_keras_order(of, weights.data());
  for (const auto& layer : ordered.layers)
    names.push_back(layer->name());
  CHECK(names == std::vector<std::string>{"far", "near", "middle", "sum"});
  CHECK(ordered.weights[0] == weights.data() + 6);
  CHECK(ordered.weights[1] == weights.data());
}

TEST_CASE("what Keras 3 has no word for is not written", "[nn][keras]") {
  const temporary_folder folder;
  const architecture of{"m", {2}, {test::dense(1, "hard_sigmoid")}};
  const std::vector<float> weights(3);
  CHECK_THROWS_WITH(save_archive(folder.path("m.keras"), of, "mean_squared_error", {}, weights.data()),
                    Catch::Contains("hard_sigmoid") && Catch::Contains(".h5"));
}

TEST_CASE("the moving variance of images goes by the Keras that wrote the file", "[nn][keras]") {
  const auto read = [](keras::generation by) {
    return keras::read_layer(test::described("BatchNormalization", {{"momentum", 0.9}}), by).keys;
  };
  CHECK(read(keras::generation::keras_2).at("sample_variance") == true);
  CHECK_FALSE(read(keras::generation::keras_3).contains("sample_variance"));
}
