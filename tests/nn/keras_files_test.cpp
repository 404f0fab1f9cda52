#include "common/error.hpp"
#include "nn/model.hpp"
#include "nn/model_file.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>

using namespace dk::nn;
namespace fs = std::filesystem;

namespace {

const fs::path files{DK_KERAS_FILES};

// The numbers of a .npy file of float32 in C order.
std::vector<float> read_npy(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  REQUIRE(bytes.size() > 10);
  REQUIRE(bytes.find("'<f4'") != std::string::npos);
  const auto header = 10U + static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  std::vector<float> numbers((bytes.size() - header) / sizeof(float));
  std::memcpy(numbers.data(), bytes.data() + header, numbers.size() * sizeof(float));
  return numbers;
}

} // namespace

TEST_CASE("models that Keras 2 has written predict what they should", "[nn][keras]") {
  if (!fs::exists(files)) {
    WARN("skipped: no Keras files at " << files);
    return;
  }
  for (const std::string name : {"sgd", "adam", "rmsprop"}) {
    INFO(name);
    const auto loaded = load_model((files / "dl4j" / "optimizers" / (name + ".h5")).string());
    model m{loaded.architecture, "categorical_crossentropy", 1};
    REQUIRE(m.num_weights() == loaded.weights.size());
    std::copy(loaded.weights.begin(), loaded.weights.end(), m.weights());
    const auto x = read_npy(files / "inputs" / ("optimizer_" + name + ".npy"));
    const auto expected = read_npy(files / "expected" / ("optimizer_" + name + ".npy"));
    const auto rows = x.size() / m.input_size();
    REQUIRE(expected.size() == rows * m.output_size());
    std::vector<float> outputs(expected.size());
    m.predict(x.data(), rows, outputs.data());
    for (std::size_t i = 0; i < outputs.size(); ++i)
      REQUIRE(outputs[i] == Approx(expected[i]).margin(1e-5));
  }
}

TEST_CASE("files of layers we do not have are refused by name", "[nn][keras]") {
  if (!fs::exists(files)) {
    WARN("skipped: no Keras files at " << files);
    return;
  }
  CHECK_THROWS_WITH(load_model((files / "dl4j" / "cnn_batch_norm.h5").string()),
                    Catch::Contains("layer 0") && Catch::Contains("Conv2D"));
  CHECK_THROWS_WITH(load_model((files / "dl4j" / "dense_theano_1.h5").string()), Catch::Contains("Keras 1.2.2"));
  CHECK_THROWS_WITH(load_model((files / "dl4j" / "simple_cnn_tf_weights.h5").string()),
                    Catch::Contains("weights only"));
}
