#include "common/error.hpp"
#include "nn/files/model_file.hpp"
#include "nn/keras/hdf5.hpp"
#include "nn/keras/layer_config.hpp"
#include "nn/model/model.hpp"
#include "nn/model/stack.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace dk::nn;
namespace fs = std::filesystem;

namespace {

const fs::path files{DK_KERAS_FILES};

template <class Number>
std::vector<float> numbers_of(const std::string& bytes, std::size_t from) {
  std::vector<Number> stored((bytes.size() - from) / sizeof(Number));
  std::memcpy(stored.data(), bytes.data() + from, stored.size() * sizeof(Number));
  std::vector<float> numbers;
  for (const auto number : stored)
    numbers.push_back(static_cast<float>(number));
  return numbers;
}

// The numbers of a .npy file in C order.
std::vector<float> read_npy(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  REQUIRE(bytes.size() > 10);
  const auto header = 10U + static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  const auto has_type = [&](const char* type) { return bytes.substr(0, header).find(type) != std::string::npos; };
  if (has_type("'|u1'"))
    return numbers_of<std::uint8_t>(bytes, header);
  if (has_type("'<f8'"))
    return numbers_of<double>(bytes, header);
  REQUIRE(has_type("'<f4'"));
  return numbers_of<float>(bytes, header);
}

// Bytes of an IDX file behind its header.
std::vector<float> read_idx(const fs::path& path, std::size_t header, std::size_t count) {
  std::ifstream in{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  REQUIRE(bytes.size() >= header + count);
  return numbers_of<std::uint8_t>(bytes.substr(0, header + count), header);
}

} // namespace

TEST_CASE("Keras's own layers compute what ours do", "[nn][keras]") {
  if (!fs::exists(files)) {
    WARN("skipped: no Keras files at " << files);
    return;
  }
  std::ifstream in{files / "keras_layer_vectors.json"};
  for (const auto& vector : nlohmann::json::parse(in)) {
    INFO(vector["id"]);
    auto config = vector["config"];
    config["name"] = "layer";
    const auto layer =
        keras::read_layer({{"class_name", vector["class_name"]}, {"config", config}}, keras::generation::keras_2);
    model m{{"m", vector["input"]["shape"].get<shape>(), {layer}},
            "mean_squared_error",
            size_of(vector["expected"]["shape"].get<shape>())};
    CHECK(m.layer_at(0).output() == vector["expected"]["shape"].get<shape>());
    auto* to = m.weights();
    for (const auto& array : vector["weights"])
      for (const auto& number : array["data"])
        *to++ = number.get<float>();
    REQUIRE(to == m.weights() + m.num_weights());
    std::vector<float> outputs(m.output_size());
    m.predict(vector["input"]["data"].get<std::vector<float>>().data(), 1, outputs.data());
    const auto expected = vector["expected"]["data"].get<std::vector<float>>();
    REQUIRE(outputs.size() == expected.size());
    for (std::size_t i = 0; i < outputs.size(); ++i)
      CHECK(outputs[i] == Approx(expected[i]).margin(2e-5).epsilon(0));
  }
}

namespace {

// The numbers of a data set of float32 in an HDF5 file: "file.h5::inputs/x".
std::vector<float> read_data_set(const std::string& path) {
  const auto middle = path.find("::");
  const auto file = keras::open_file((files / path.substr(0, middle)).string());
  const auto name = path.substr(middle + 2);
  const keras::h5_handle data{H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, name};
  const keras::h5_handle space{H5Dget_space(data), H5Sclose, name};
  std::vector<float> numbers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  keras::read_numbers(file, name, numbers.data());
  return numbers;
}

std::vector<float> read_numbers(const std::string& path) {
  return path.find("::") == std::string::npos ? read_npy(files / path) : read_data_set(path);
}

} // namespace

TEST_CASE("models that Keras has written predict what they should", "[nn][keras]") {
  if (!fs::exists(files)) {
    WARN("skipped: no Keras files at " << files);
    return;
  }
  std::ifstream in{files / "manifest.json"};
  for (const auto& wanted : nlohmann::json::parse(in)) {
    INFO(wanted["name"]);
    const auto weights = wanted["weights"].is_null() ? "" : (files / wanted["weights"].get<std::string>()).string();
    const auto loaded = load_model((files / wanted["model"].get<std::string>()).string(), weights);
    auto x = read_numbers(wanted["input"]);
    if (wanted.value("scale255", false))
      for (auto& number : x)
        number /= 255;
    const auto expected = read_numbers(wanted["expected"]);
    model m{loaded.architecture, "mean_squared_error", size_of(make_layers(loaded.architecture).back()->output())};
    REQUIRE(m.num_weights() == loaded.weights.size());
    std::copy(loaded.weights.begin(), loaded.weights.end(), m.weights());
    const auto rows = x.size() / m.input_size();
    REQUIRE(expected.size() == rows * m.output_size());
    std::vector<float> outputs(expected.size());
    m.predict(x.data(), rows, outputs.data());
    const auto tolerance = wanted["atol"].get<double>();
    for (std::size_t i = 0; i < outputs.size(); ++i)
      REQUIRE(outputs[i] == Approx(expected[i]).margin(tolerance).epsilon(0));
  }
}

// What the files' README says of the first 2,000 test images. A kernel that is not turned costs 17 points, quietly.
TEST_CASE("Keras's models know MNIST as well as they should", "[nn][keras]") {
  const fs::path mnist{DK_MNIST};
  const auto images = mnist / "t10k-images-idx3-ubyte";
  const auto labels = mnist / "t10k-labels-idx1-ubyte";
  if (!fs::exists(files) || !fs::exists(images) || !fs::exists(labels)) {
    WARN("skipped: no Keras files at " << files << ", or no MNIST at " << mnist);
    return;
  }
  constexpr std::size_t rows = 2000;
  const auto pixels = read_idx(images, 16, rows * 784);
  const auto classes = read_idx(labels, 8, rows);
  std::vector<float> x(pixels.size());
  std::transform(pixels.begin(), pixels.end(), x.begin(), [](float pixel) { return pixel / 255; });
  const std::vector<std::pair<std::string, double>> known{{"mnist_mlp_tf_keras_1", 0.98},
                                                          {"mnist_cnn_th_keras_1", 0.9585}};
  for (const auto& [name, accuracy] : known) {
    INFO(name);
    const auto start = (files / "dl4j" / name).string();
    const auto loaded = load_model(start + "_config.json", start + "_weights.h5");
    model m{loaded.architecture, "categorical_crossentropy", 1};
    std::copy(loaded.weights.begin(), loaded.weights.end(), m.weights());
    CHECK(m.evaluate(x.data(), classes.data(), rows).accuracy().value() == Approx(accuracy).margin(0.001));
  }
}

TEST_CASE("a file of weights alone says that it needs a model", "[nn][keras]") {
  if (!fs::exists(files)) {
    WARN("skipped: no Keras files at " << files);
    return;
  }
  CHECK_THROWS_WITH(load_model((files / "dl4j" / "simple_cnn_tf_weights.h5").string()),
                    Catch::Contains("weights only"));
  CHECK_THROWS_WITH(load_model((files / "dl4j" / "simple_cnn_tf_config.json").string(),
                               (files / "dl4j" / "mnist_mlp_tf_keras_1_weights.h5").string()),
                    Catch::Contains("layer 0 (convolution2d_1)") && Catch::Contains("mnist_mlp"));
}
