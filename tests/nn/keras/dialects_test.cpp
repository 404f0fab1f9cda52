#include "common/error.hpp"
#include "nn/files/model_file.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/hdf5.hpp"
#include "nn/keras/json.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <zip.h>

using namespace dk::nn;
using dk::nn::test::described;
using dk::test::temporary_folder;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json sequential(const std::vector<json>& stack, json input) {
  json layers(stack);
  layers[0]["config"]["batch_input_shape"] = std::move(input);
  return {{"class_name", "Sequential"}, {"config", {{"name", "net"}, {"layers", std::move(layers)}}}};
}

std::string written(const std::string& path, const json& model) {
  std::ofstream{path} << model.dump();
  return path;
}

dk::spec spec_of(const json& from, keras::generation by = keras::generation::keras_2) {
  auto made = keras::read_layer(from, by);
  made.keys.erase("name");
  return made;
}

// A file of weights in the layout of Keras 1 and 2: one array.
void write_listed(const std::string& path, const std::string& array, const shape& extents,
                  const std::vector<float>& numbers, const char* backend = nullptr) {
  const auto file = keras::create_file(path);
  if (backend != nullptr)
    keras::write_text(file, "backend", backend);
  keras::write_texts(file, "layer_names", {"c"});
  const auto group = keras::create_group(file, "c");
  keras::write_texts(group, "weight_names", {array});
  keras::write_numbers(group, array, extents, numbers.data());
}

const std::vector<float> digits{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

} // namespace

TEST_CASE("the words of Keras 1 are understood", "[nn][keras]") {
  const auto by = keras::generation::keras_1;
  CHECK(spec_of(described("Dense", {{"output_dim", 4}, {"bias", false}, {"init", "he_normal"}, {"activation", "relu"}}),
                by) ==
        dk::spec{"dense",
                 {{"units", 4}, {"use_bias", false}, {"kernel_initializer", "he_normal"}, {"activation", "relu"}}});
  CHECK(
      spec_of(described("Convolution2D", {{"nb_filter", 3},
                                          {"nb_row", 2},
                                          {"nb_col", 5},
                                          {"subsample", {1, 2}},
                                          {"border_mode", "same"},
                                          {"dim_ordering", "th"},
                                          {"W_regularizer", {{"name", "WeightRegularizer"}, {"l1", 0.0}, {"l2", 0.5}}},
                                          {"b_regularizer", nullptr}}),
              by) == dk::spec{"conv2d",
                              {{"filters", 3},
                               {"kernel_size", {2, 5}},
                               {"strides", {1, 2}},
                               {"padding", "same"},
                               {"data_format", "channels_first"},
                               {"kernel_regularizer", {{"name", "l1_l2"}, {"l1", 0.0}, {"l2", 0.5}}}}});
  CHECK(spec_of(described("Dropout", {{"p", 0.25}}), by) == dk::spec{"dropout", {{"rate", 0.25}}});
  CHECK(spec_of(described("MaxPooling2D", {{"pool_size", {2, 2}}, {"strides", nullptr}, {"dim_ordering", "tf"}}), by) ==
        dk::spec{"max_pooling2d", {{"pool_size", {2, 2}}, {"data_format", "channels_last"}}});
  CHECK(spec_of(described("ZeroPadding2D", {{"padding", {1, 2, 3, 4}}}), by) ==
        dk::spec{"zero_padding2d", {{"padding", {{1, 2}, {3, 4}}}}});
}

TEST_CASE("the words of Keras 3 are understood", "[nn][keras]") {
  const auto by = keras::generation::keras_3;
  const json relu{{"module", "keras.activations"}, {"class_name", "function"}, {"config", "relu"}};
  const json policy{{"module", "keras"}, {"class_name", "DTypePolicy"}, {"config", {{"name", "float32"}}}};
  CHECK(spec_of(described("Dense", {{"units", 2}, {"activation", relu}, {"dtype", policy}}), by) ==
        dk::spec{"dense", {{"units", 2}, {"activation", "relu"}}});
  CHECK(spec_of(described("LeakyReLU", {{"negative_slope", 0.1}}), by) == dk::spec{"leaky_relu", {{"alpha", 0.1}}});
  CHECK_THROWS_WITH(spec_of(described("Dense", {{"units", 2}, {"activation", "hard_sigmoid"}}), by),
                    Catch::Contains("1/6"));
  CHECK_NOTHROW(spec_of(described("Dense", {{"units", 2}, {"activation", "hard_sigmoid"}})));
}

TEST_CASE("layers that are activations become what they are", "[nn][keras]") {
  const dk::spec relu{"activation", {{"activation", "relu"}}};
  CHECK(spec_of(described("ReLU", {{"max_value", nullptr}, {"negative_slope", 0.0}, {"threshold", 0.0}})) == relu);
  CHECK(spec_of(described("ReLU", {{"negative_slope", 0.5}})) == dk::spec{"leaky_relu", {{"alpha", 0.5}}});
  CHECK(spec_of(described("Softmax", {{"axis", -1}})) == dk::spec{"activation", {{"activation", "softmax"}}});
  CHECK(spec_of(described("LeakyReLU", json::object())) == dk::spec{"leaky_relu", {{"alpha", 0.3}}});
  CHECK(spec_of(described("LeakyReLU", {{"alpha", {{"type", "ndarray"}, {"value", 0.25}}}})) ==
        dk::spec{"leaky_relu", {{"alpha", 0.25}}});
  CHECK(spec_of(described("ReLU", {{"max_value", 6.0}})) ==
        dk::spec{"activation", {{"activation", {{"name", "relu"}, {"max_value", 6.0}}}}});
  CHECK_THROWS_WITH(spec_of(described("Softmax", {{"axis", 1}})), Catch::Contains("axis = 1"));
}

TEST_CASE("what a known layer cannot do here is refused", "[nn][keras]") {
  CHECK_THROWS_WITH(spec_of(described("Conv2D", {{"filters", 2}, {"kernel_size", 1}, {"groups", 2}})),
                    Catch::Contains("groups"));
  CHECK_THROWS_WITH(spec_of(described("BatchNormalization", {{"mode", 1}})), Catch::Contains("mode = 1"));
  CHECK_THROWS_WITH(spec_of(described("Dropout", {{"rate", 0.5}, {"noise_shape", {1}}})),
                    Catch::Contains("noise_shape"));
  CHECK_THROWS_WITH(spec_of(described("GRU", {{"units", 2}})), Catch::Contains("GRU"));
  CHECK_THROWS_WITH(spec_of(described("Dense", {{"units", 2}, {"kernel_regularizer", {{"class_name", "Mine"}}}})),
                    Catch::Contains("Mine"));
}

TEST_CASE("the generation is told by version, words or module", "[nn][keras]") {
  using keras::generation;
  CHECK(keras::generation_of({}, "1.2.2") == generation::keras_1);
  CHECK(keras::generation_of({{"keras_version", "2.2.4-tf"}}, "") == generation::keras_2);
  CHECK(keras::generation_of({{"module", "keras"}}, "2.13.1") == generation::keras_2); // the file's own word counts
  CHECK(keras::generation_of({{"module", "keras.src.models"}}, "") == generation::keras_3);
  CHECK(keras::generation_of({{"config", {{{"config", {{"nb_filter", 3}}}}}}}, "") == generation::keras_1);
  CHECK(keras::generation_of({{"config", {{{"config", {{"filters", 3}}}}}}}, "") == generation::keras_2);
  CHECK_THROWS_WITH(keras::generation_of({}, "4.0.0"), Catch::Contains("Keras 4.0.0"));
}

TEST_CASE("kernels lie as their generation and backend say", "[nn][keras]") {
  const temporary_folder temporary;
  const auto path = temporary.path("w.h5");
  const auto weights = [&](const json& model) {
    return load_model(written(temporary.path("m.json"), model), path).weights;
  };
  auto keras_1 =
      sequential({described("Convolution2D",
                            {{"nb_filter", 3}, {"nb_row", 2}, {"nb_col", 2}, {"dim_ordering", "th"}, {"bias", false}})},
                 {nullptr, 1, 5, 5});
  keras_1["keras_version"] = "1.2.2";
  // filters x channels x height x width becomes height x width x channels x filters
  write_listed(path, "c_W:0", {3, 1, 2, 2}, digits);
  CHECK(weights(keras_1) == std::vector<float>{1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12});
  write_listed(path, "c_W", {3, 1, 2, 2}, digits); // Theano's name: turned by 180 degrees
  CHECK(weights(keras_1) == std::vector<float>{4, 8, 12, 3, 7, 11, 2, 6, 10, 1, 5, 9});

  for (const char* format : {"channels_first", "channels_last"}) { // the same file for both
    auto keras_2 = sequential(
        {described("Conv2D", {{"filters", 3}, {"kernel_size", 2}, {"use_bias", false}, {"data_format", format}})},
        {nullptr, 5, 5, 5});
    keras_2["config"]["layers"][0]["config"]["batch_input_shape"] =
        format == std::string{"channels_first"} ? json{nullptr, 1, 5, 5} : json{nullptr, 5, 5, 1};
    write_listed(path, "c/kernel:0", {2, 2, 1, 3}, digits, "tensorflow");
    CHECK(weights(keras_2) == digits);
    write_listed(path, "c/kernel:0", {2, 2, 1, 3}, digits, "theano");
    CHECK(weights(keras_2) == std::vector<float>{10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3});
  }
}

TEST_CASE("weights that are numbered by class are found, however the groups are named", "[nn][keras]") {
  const temporary_folder temporary;
  const auto model =
      written(temporary.path("m.json"),
              sequential({described("Dense", {{"units", 2}, {"use_bias", false}}, "first"),
                          described("BatchNormalization", {{"scale", false}, {"center", false}}, "second"),
                          described("Dense", {{"units", 1}}, "third")},
                         {nullptr, 1}));
  const auto path = temporary.path("w.weights.h5");
  const auto write = [&](const std::string& folder, const std::string& separator, const char* second) {
    const auto file = keras::create_file(path);
    if (separator == "/")
      keras::create_group(file, folder);
    const auto add = [&](const std::string& name, const std::vector<std::pair<shape, std::vector<float>>>& arrays) {
      const auto group = keras::create_group(file, folder + separator + name);
      const auto vars = keras::create_group(group, "vars");
      for (std::size_t i = 0; i < arrays.size(); ++i)
        keras::write_numbers(vars, std::to_string(i), arrays[i].first, arrays[i].second.data());
    };
    add(second, {{{2, 1}, {5, 6}}, {{1}, {7}}});
    add("dense", {{{1, 2}, {1, 2}}});
    add("batch_normalization", {{{2}, {3, 3}}, {{2}, {4, 4}}});
    add("dropout", {});
  };
  const std::vector<float> expected{1, 2, 3, 3, 4, 4, 5, 6, 7};
  write("layers", "/", "dense_1");
  CHECK(load_model(model, path).weights == expected);
  write("layers", "\\", "dense_1"); // Windows
  CHECK(load_model(model, path).weights == expected);
  write("_layer_checkpoint_dependencies", "/", "dense_2"); // 2.13 counts twice
  CHECK(load_model(model, path).weights == expected);
  write("layers", "/", "dense_10"); // which comes after dense_9, not after dense_1
  CHECK(load_model(model, path).weights == expected);
  write("layers", "/", "lstm");
  CHECK_THROWS_WITH(load_model(model, path), Catch::Contains("layer 2 (third)") && Catch::Contains("no weights"));
}

TEST_CASE("a .keras file is a zip, whatever its name", "[nn][keras]") {
  const temporary_folder temporary;
  const auto weights = temporary.path("w.h5");
  {
    const auto file = keras::create_file(weights);
    keras::create_group(file, "layers");
    const auto group = keras::create_group(file, "layers/dense");
    keras::write_numbers(keras::create_group(group, "vars"), "0", {1, 2}, digits.data());
  }
  std::ifstream in{weights, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  auto model = sequential({described("Dense", {{"units", 2}, {"use_bias", false}})}, {nullptr, 1});
  model["compile_config"] = {{"loss", "mse"}};
  const auto config = model.dump();
  const auto path = temporary.path("model.h5");
  const auto write = [&](const std::string& metadata, const char* weights_name) {
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    const auto add = [&](const char* name, const std::string& content) {
      zip_file_add(archive, name, zip_source_buffer(archive, content.data(), content.size(), 0), 0);
    };
    add("metadata.json", metadata);
    add("config.json", config);
    add(weights_name, bytes);
    zip_close(archive);
  };
  write(R"({"keras_version": "3.9.2"})", "model.weights.h5");
  const auto loaded = load_model(path);
  CHECK(loaded.weights == std::vector<float>{1, 2});
  CHECK(loaded.loss == "mean_squared_error");
  write(R"({"keras_version": "5.0.0"})", "model.weights.h5");
  CHECK_THROWS_WITH(load_model(path), Catch::Contains("Keras 5.0.0"));
  write("{}", "model.weights.npz");
  CHECK_THROWS_WITH(load_model(path), Catch::Contains("npz"));
  write("{}", "weights");
  CHECK_THROWS_WITH(load_model(path), Catch::Contains("model.weights.h5"));
  fs::resize_file(path, fs::file_size(path) / 2);
  CHECK_THROWS_WITH(load_model(path), Catch::Contains("cut short"));
}

TEST_CASE("a description alone is a model without weights", "[nn][keras]") {
  const temporary_folder temporary;
  const auto loaded =
      load_model(written(temporary.path("m.json"),
                         sequential({described("Dense", {{"units", 2}, {"activation", "tanh"}})}, {nullptr, 3})));
  CHECK(loaded.architecture.input == shape{3});
  CHECK(loaded.weights.empty());
  CHECK(is_model_file(temporary.path("m.json")));
  std::ofstream{temporary.path("rows.csv")} << "a,b\n1,2\n";
  CHECK_FALSE(is_model_file(temporary.path("rows.csv")));
  std::ofstream{temporary.path("rows.jsonl")} << "{\"a\": 1}\n";
  CHECK_FALSE(is_model_file(temporary.path("rows.jsonl")));
  std::ofstream{temporary.path("rows.npz")} << std::string{"PK\3\4", 4} << std::string(22, '\0')
                                            << std::string{"\5\0\0\0", 4} << "x.npy";
  CHECK_FALSE(is_model_file(temporary.path("rows.npz")));
  {
    const keras::h5_handle data{H5Fcreate(temporary.path("rows.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                                H5Fclose, "file"};
  }
  CHECK_FALSE(is_model_file(temporary.path("rows.h5")));
  std::ofstream{temporary.path("bad.json")} << "{\"class_name\": ";
  CHECK_THROWS_WITH(load_model(temporary.path("bad.json")), Catch::Contains("not JSON"));
  std::ofstream{temporary.path("deep.json")} << "{\"a\": " << std::string(100000, '[');
  CHECK_THROWS_WITH(load_model(temporary.path("deep.json")), Catch::Contains("nested too deeply"));
}
