// No key of a Keras file is left unread: these walk what dk knows, and give each thing keys that it does not know, and
// those that it knows with values that are not what they are anyway.
#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"
#include "nn/model/stack.hpp"
#include "nn/parts/initializer.hpp"
#include "nn/parts/regularizer.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/walk.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace dk::nn;
using dk::nn::test::described;
using nlohmann::json;

namespace {

constexpr keras::generation generations[] = {keras::generation::keras_1, keras::generation::keras_2,
                                             keras::generation::keras_3};

/// A class of Keras's, with the keys that it must have and an input that suits it.
struct keras_example {
  const char* class_name;
  json config;
  shape input{6};
};

const std::vector<keras_example>& keras_examples() {
  static const shape picture{6, 6, 2};
  static const std::vector<keras_example> all{
      {"Dense", {{"units", 2}}},
      {"Activation", {{"activation", "tanh"}}},
      {"LeakyReLU", json::object()},
      {"ELU", json::object()},
      {"ReLU", json::object()},
      {"Softmax", json::object()},
      {"Dropout", {{"rate", 0.5}}},
      {"BatchNormalization", json::object(), picture},
      {"Flatten", json::object(), picture},
      {"Reshape", {{"target_shape", {3, 2}}}},
      {"Rescaling", {{"scale", 2.0}}},
      {"Conv2D", {{"filters", 3}, {"kernel_size", 2}}, picture},
      {"MaxPooling2D", json::object(), picture},
      {"AveragePooling2D", json::object(), picture},
      {"GlobalAveragePooling2D", json::object(), picture},
      {"ZeroPadding2D", json::object(), picture},
      {"Add", json::object()},
      {"Concatenate", json::object()},
  };
  return all;
}

// Values that are not the default, key by key. They are what the examples above can have.
const std::map<std::string, std::vector<json>>& other_values() {
  static const json l2{{"class_name", "L2"}, {"config", {{"l2", 0.5}}}};
  static const std::map<std::string, std::vector<json>> all{
      {"units", {3}},
      {"filters", {5}},
      {"activation", {"relu", {{"class_name", "LeakyReLU"}, {"config", {{"alpha", 0.1}}}}}},
      {"alpha", {0.75}},
      {"max_value", {6.0}},
      {"threshold", {1.0}},
      {"use_bias", {false}},
      {"kernel_initializer", {"ones", "mine"}},
      {"bias_initializer", {"ones"}},
      {"gamma_initializer", {"zeros"}},
      {"beta_initializer", {"ones"}},
      {"moving_mean_initializer", {"ones"}},
      {"moving_variance_initializer", {"zeros"}},
      {"kernel_regularizer", {l2}},
      {"bias_regularizer", {l2}},
      {"gamma_regularizer", {l2}},
      {"beta_regularizer", {l2}},
      {"rate", {0.25}},
      {"axis", {1, 2, {2}, -3}},
      {"momentum", {0.5}},
      {"epsilon", {0.5}},
      {"center", {false}},
      {"scale", {false, 3.0}},
      {"sample_variance", {true}},
      {"offset", {1.0}},
      {"data_format", {"channels_first"}},
      {"target_shape", {{6, 1}, {2, 3}}},
      {"kernel_size", {3}},
      {"pool_size", {3}},
      {"strides", {3}},
      {"padding", {"same", 2}},
      {"dilation_rate", {2}},
      {"keepdims", {true}},
      {"groups", {2}},
      {"mode", {1}},
      {"synchronized", {true}},
      {"renorm", {true}},
      {"dtype", {"float16", "float64", "mixed_float16"}},
      {"input_dtype", {"int32"}},
  };
  return all;
}

json with(const keras_example& of, const std::string& key, const json& value) {
  auto config = of.config;
  config[key] = value;
  return json::parse(described(of.class_name, config).dump());
}

// What a layer is to us, or why it is refused.
std::string read_as(const json& layer, const shape& input, keras::generation by) {
  try {
    const auto made = keras::read_layer(layer, by);
    architecture around{"m", input, {made}};
    if (find_layer(made.name).merge != nullptr) {
      around.inputs = {{"a", {input[0] / 2}}, {"b", {input[0] / 2}}};
      around.layers[0].keys["from"] = {"a", "b"};
    }
    const auto layers = make_layers(around);
    auto all = made.keys.dump() + layers[0]->keras_config().dump();
    for (const auto& array : layers[0]->arrays())
      all += array.name + json(array.extents).dump();
    return all;
  } catch (const dk::failure& why) {
    return std::string{"refused: "} + why.what();
  }
}

bool is_refusal(const std::string& read) {
  return read.compare(0, 8, "refused:") == 0;
}

const keras_example* example_of(const std::string& keras_class) {
  for (const auto& one : keras_examples())
    if (one.class_name == keras_class)
      return &one;
  return nullptr;
}

} // namespace

TEST_CASE("each layer of the catalog refuses a key that nobody knows", "[nn][keras]") {
  for (const auto& name : layer_names()) {
    INFO("layer `" << name << "` lacks an example in tests/nn/keras/known_keys_test.cpp; add a line");
    CHECK(example_of(std::string{find_layer(name).keras_class}) != nullptr);
  }
  for (const auto by : generations)
    for (const auto& of : keras_examples()) {
      INFO(of.class_name);
      CHECK_FALSE(is_refusal(read_as(described(of.class_name, of.config), of.input, by)));
      const auto refused = read_as(with(of, "wibble", 1), of.input, by);
      CHECK(is_refusal(refused));
      CHECK_THAT(refused, Catch::Contains("wibble") && Catch::Contains(of.class_name));
      CHECK_FALSE(is_refusal(read_as(with(of, "wibble", nullptr), of.input, by))); // without a value
    }
}

TEST_CASE("each key of each layer counts with another value, or is refused by its name", "[nn][keras]") {
  for (const auto by : generations)
    for (const auto& of : keras_examples()) {
      const auto plain = read_as(described(of.class_name, of.config), of.input, by);
      const auto* kind = find_keras_layer(of.class_name);
      std::vector<std::string> keys{"dtype", "input_dtype", "groups", "mode", "synchronized", "renorm"};
      for (const auto& rule : kind == nullptr ? std::vector<dk::key_rule>{} : kind->keys)
        keys.emplace_back(rule.name);
      for (const auto& key : keys) {
        INFO(of.class_name << ": " << key);
        for (const auto& value : dk::test::line_for("key", key, other_values(), "another value in this file")) {
          INFO(value);
          const auto read = read_as(with(of, key, value), of.input, by);
          CHECK(read != plain);
          if (is_refusal(read))
            CHECK_THAT(read, Catch::Contains(key) || Catch::Contains("input"));
        }
      }
    }
}

TEST_CASE("keys that are known to change nothing are refused with values that would", "[nn][keras]") {
  for (const auto& idle : keras::idle_keys()) {
    INFO(idle.class_name << ": " << idle.key);
    CHECK(idle.expected.empty() == idle.is_idle({{"never", "seen"}})); // any value, or values that are said
  }
}

TEST_CASE("what only a training needs is told of, and refused where nobody asks", "[nn][keras]") {
  const json norm{{"class_name", "MaxNorm"}, {"config", {{"max_value", 2}, {"axis", 0}}}};
  const auto layer = described("Dense", {{"units", 2}, {"kernel_constraint", norm}});
  std::vector<std::string> told;
  CHECK(keras::read_layer(layer, keras::generation::keras_2, &told).name == "dense");
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0], Catch::Contains("kernel_constraint"));
  CHECK_THROWS_WITH(keras::read_layer(layer, keras::generation::keras_2), Catch::Contains("kernel_constraint"));
  const auto penalised = described("Dense", {{"units", 2}, {"activity_regularizer", {{"class_name", "L2"}}}});
  CHECK_THROWS_WITH(keras::read_layer(penalised, keras::generation::keras_2, &told),
                    Catch::Contains("activity_regularizer"));
}

TEST_CASE("each initializer and regularizer refuses what it does not know", "[nn][keras]") {
  for (const auto& name : initializer_names()) {
    const auto written = keras_initializer(name);
    CHECK_FALSE(read_keras_initializer(written).is_null());
    auto other = written;
    other["config"]["wibble"] = 1;
    CHECK_THROWS_WITH(read_keras_initializer(other), Catch::Contains("wibble"));
    other = written;
    other["config"]["dtype"] = "float16";
    CHECK_THROWS_WITH(read_keras_initializer(other), Catch::Contains("float16"));
  }
  CHECK_THROWS_WITH(read_keras_initializer("mine"), Catch::Contains("mine"));
  CHECK(read_keras_initializer("zero") == "zeros");
  CHECK(read_keras_initializer("uniform") == "random_uniform");
  for (const char* class_name : {"L1", "L2", "L1L2"}) {
    json written{{"class_name", class_name}, {"config", json::object()}};
    const bool both = class_name == std::string{"L1L2"};
    CHECK(read_keras_regularizer(written).is_null() == both); // factors of 0.01, or of 0
    written["config"]["wibble"] = 1;
    CHECK_THROWS_WITH(read_keras_regularizer(written), Catch::Contains("wibble"));
    written["config"] = {{"l1", "much"}};
    CHECK_THROWS(read_keras_regularizer(written));
  }
  CHECK_THROWS_WITH(read_keras_regularizer({{"class_name", "OrthogonalRegularizer"}, {"config", {{"factor", 1}}}}),
                    Catch::Contains("OrthogonalRegularizer"));
}

namespace {

json model_of(json layers, json config = json::object()) {
  config["layers"] = std::move(layers);
  return {{"class_name", "Sequential"}, {"config", std::move(config)}};
}

std::string why_refused(const json& model, keras::generation by = keras::generation::keras_3) {
  try {
    keras::read_model_config(json::parse(model.dump()), by);
  } catch (const dk::failure& why) {
    return why.what();
  }
  return "";
}

} // namespace

TEST_CASE("inputs, layers and models refuse what they do not know, by place and name", "[nn][keras]") {
  const auto input = [](const char* key, json value) {
    auto made = described("InputLayer", {{"batch_shape", {nullptr, 3}}}, "in");
    made["config"][key] = std::move(value);
    return made;
  };
  const auto dense = described("Dense", {{"units", 2}}, "d");
  CHECK(why_refused(model_of({input("sparse", false), dense})).empty());
  CHECK(why_refused(model_of({input("batch_shape", {32, 3}), dense})).empty()); // Keras's batches have 32 rows
  for (const char* key : {"sparse", "ragged", "optional", "wibble"})
    CHECK_THAT(why_refused(model_of({input(key, true), dense})),
               Catch::Contains("layer 0 (in)") && Catch::Contains(key));
  for (const char* type : {"float16", "int32", "string"})
    CHECK_THAT(why_refused(model_of({input("dtype", type), dense})), Catch::Contains(type));
  CHECK_THAT(why_refused(model_of({input("batch_shape", {nullptr, nullptr}), dense})), Catch::Contains("extent"));
  CHECK_THAT(why_refused(model_of({input("sparse", false), dense, input("sparse", false)})),
             Catch::Contains("layer 2 (in)"));

  for (const char* key : {"wibble", "stateful"}) {
    auto entry = dense;
    entry[key] = true;
    CHECK_THAT(why_refused(model_of({input("sparse", false), entry})),
               Catch::Contains("layer 1 (d)") && Catch::Contains(key));
    auto model = model_of({input("sparse", false), dense});
    model[key] = true;
    CHECK_THAT(why_refused(model), Catch::Contains(key));
    CHECK_THAT(why_refused(model_of({input("sparse", false), dense}, {{key, true}})), Catch::Contains(key));
  }
  CHECK_THAT(why_refused(model_of({input("sparse", false), dense}, {{"dtype", "mixed_float16"}})),
             Catch::Contains("mixed_float16"));
}

TEST_CASE("a class of one's own is not taken for Keras's of the same name", "[nn][keras]") {
  const auto input = described("InputLayer", {{"batch_shape", {nullptr, 3}}}, "in");
  auto own = described("Dense", {{"units", 2}}, "d");
  own["registered_name"] = "mine>Dense";
  CHECK_THAT(why_refused(model_of({input, own})), Catch::Contains("layer 1 (d)") && Catch::Contains("mine>Dense"));
  own["registered_name"] = nullptr;
  own["module"] = "my_layers";
  CHECK_THAT(why_refused(model_of({input, own})), Catch::Contains("my_layers"));
  for (const char* module : {"keras.layers", "keras.src.layers.core.dense", "tf_keras.layers"}) {
    own["module"] = module;
    CHECK(why_refused(model_of({input, own})).empty());
  }
}
