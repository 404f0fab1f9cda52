#include "nn/files/model_file.hpp"

#include "common/error.hpp"
#include "nn/model/model.hpp"
#include "nn/model/stack.hpp"
#include "nn/model/wiring.hpp"
#include "tests/nn/files/exported_models.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <filesystem>
#include <fstream>

using namespace dk::nn;
using dk::test::temporary_folder;
namespace fs = std::filesystem;
namespace test = dk::nn::test;

namespace {

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

architecture all_layers() {
  return {"all",
          {2, 3},
          {{"flatten"},
           test::dense(4, "relu"),
           test::dropout(0.25),
           {"dense", {{"units", 3}, {"use_bias", false}, {"name", "output"}}},
           {"activation", {{"activation", "softmax"}}}}};
}

std::string saved(const std::string& path) {
  model m{all_layers(), "categorical_crossentropy", 1};
  m.initialize(1);
  save_model(path, m.architecture(), m.loss(), {"adam", {{"learning_rate", 0.01}}}, m.weights());
  return path;
}

dk::errc code_of_loading(const std::string& path) {
  try {
    load_model(path);
  } catch (const dk::failure& why) {
    return why.code();
  }
  return dk::errc::internal;
}

// Replaces one text by another of the same length, everywhere in the file.
void replace_in(const std::string& path, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  auto bytes = dk::test::file_bytes(path);
  REQUIRE(bytes.find(from) != std::string::npos);
  for (auto at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at))
    bytes.replace(at, from.size(), to);
  write_bytes(path, bytes);
}

} // namespace

namespace {

std::vector<float> predictions(const architecture& of, const std::vector<float>& weights) {
  const auto layers = make_layers(of);
  const auto wires = wire(of);
  std::size_t wide = 0;
  for (const auto output : wires.outputs)
    wide += size_of(layers[output - wires.inputs.size()]->output());
  model m{of, "mean_squared_error", wide};
  m.set_all_weights(dk::block::copy_of(weights.data(), weights.size()));
  const auto x = test::random_numbers(3 * m.input_size(), 2);
  std::vector<float> y(3 * wide);
  m.predict(x.data(), 3, y.data());
  return y;
}

} // namespace

TEST_CASE("a model of any layers predicts the same when it is saved and read again", "[nn][model_file]") {
  const temporary_folder folder;
  for (const auto& of : test::exported_models()) {
    if (of.layers.size() == 1)
      continue; // an activation, of which not each has a name in each Keras
    INFO(of.name);
    const auto weights = test::random_numbers(network{of}.weights().num_all(), 1, 0.1, 1);
    const auto expected = predictions(of, weights);
    save_model(folder.path("m.h5"), of, {}, {}, weights.data());
    save_archive(folder.path("m.keras"), of, {}, {}, weights.data());
    save_description(folder.path("m.json"), of);
    for (const auto& file : {load_model(folder.path("m.h5")), load_model(folder.path("m.keras")),
                             load_model(folder.path("m.json"), folder.path("m.h5"))})
      CHECK(predictions(file.architecture, file.weights) == expected); // layers of a graph may come in another order
  }
}

TEST_CASE("more names of layers than an attribute of HDF5 has room for", "[nn][model_file]") {
  architecture many{"many", {2}, {}};
  for (int i = 0; i < 9; ++i)
    many.layers.push_back({"dense", {{"units", 2}, {"name", std::to_string(i) + std::string(10'000, 'x')}}});
  model m{many, "mean_squared_error", 2};
  m.initialize(1);
  const temporary_folder folder;
  save_model(folder.path("m.h5"), m.architecture(), m.loss(), {"sgd", {}}, m.weights());
  const auto file = load_model(folder.path("m.h5"));
  REQUIRE(file.weights.size() == m.num_weights());
  CHECK(std::equal(file.weights.begin(), file.weights.end(), m.weights()));
}

TEST_CASE("a saved model comes back with its bits", "[nn][model_file]") {
  const temporary_folder temporary;
  const auto path = saved(temporary.path("m.h5"));
  const auto loaded = load_model(path);
  CHECK(loaded.loss == "categorical_crossentropy");
  CHECK(loaded.architecture.name == "all");
  CHECK(loaded.architecture.input == shape{2, 3});
  REQUIRE(loaded.architecture.layers.size() == 5);
  CHECK(loaded.architecture.layers[1].keys["name"] == "dense");
  CHECK(loaded.architecture.layers[2].keys["rate"] == 0.25);
  model original{all_layers(), "categorical_crossentropy", 1};
  original.initialize(1);
  model again{loaded.architecture, loaded.loss, 1};
  REQUIRE(again.num_weights() == loaded.weights.size());
  CHECK(std::equal(loaded.weights.begin(), loaded.weights.end(), original.weights()));
}

TEST_CASE("saving over a model replaces it whole and leaves nothing beside it", "[nn][model_file]") {
  const temporary_folder temporary;
  saved(temporary.path("m.h5"));
  saved(temporary.path("m.h5"));
  const auto files = std::distance(fs::directory_iterator{temporary.path("")}, fs::directory_iterator{});
  CHECK(files == 1);
}

TEST_CASE("a model file does not say when it was written", "[nn][model_file]") {
  const temporary_folder temporary;
  const auto before = static_cast<std::uint32_t>(std::time(nullptr));
  const auto bytes = dk::test::file_bytes(saved(temporary.path("m.h5")));
  const auto after = static_cast<std::uint32_t>(std::time(nullptr));
  for (auto second = before; second <= after; ++second) // as HDF5 would write it: four bytes, the lowest first
    CHECK(bytes.find(std::string{static_cast<char>(second), static_cast<char>(second >> 8U),
                                 static_cast<char>(second >> 16U), static_cast<char>(second >> 24U)}) ==
          std::string::npos);
}

TEST_CASE("a place that cannot be written is told", "[nn][model_file]") {
  CHECK_THROWS_WITH(saved("/nowhere/at/all/m.h5"), Catch::Contains("/nowhere/at/all/m.h5"));
}

TEST_CASE("a model with a very long description is saved and read", "[nn][model_file]") {
  const temporary_folder temporary;
  architecture deep{"deep", {2}, {}};
  for (int i = 0; i < 300; ++i)
    deep.layers.push_back(test::dense(2, "tanh"));
  model m{deep, "mean_squared_error", 2};
  m.initialize(1);
  save_model(temporary.path("deep.h5"), deep, m.loss(), {"sgd"}, m.weights());
  CHECK(load_model(temporary.path("deep.h5")).weights.size() == m.num_weights());
}

TEST_CASE("a missing file, garbage and an empty file are refused", "[nn][model_file]") {
  const temporary_folder temporary;
  CHECK(code_of_loading(temporary.path("none.h5")) == dk::errc::model);
  write_bytes(temporary.path("empty.h5"), "");
  CHECK(code_of_loading(temporary.path("empty.h5")) == dk::errc::model);
  write_bytes(temporary.path("text.h5"), std::string(5000, 'x'));
  CHECK(code_of_loading(temporary.path("text.h5")) == dk::errc::model);
}

TEST_CASE("a file cut short anywhere is refused", "[nn][model_file]") {
  const temporary_folder temporary;
  const auto bytes = dk::test::file_bytes(saved(temporary.path("m.h5")));
  for (std::size_t keep = 0; keep < bytes.size(); keep += bytes.size() / 37 + 1) {
    INFO(keep << " of " << bytes.size() << " bytes");
    write_bytes(temporary.path("cut.h5"), bytes.substr(0, keep));
    CHECK(code_of_loading(temporary.path("cut.h5")) == dk::errc::model);
  }
}

// Only the text: HDF5 1.10 reads freed memory of its own when the bytes of its own structures lie, which no caller can
// help.
TEST_CASE("a damaged description is refused or read, never worse", "[nn][model_file]") {
  const temporary_folder temporary;
  const auto bytes = dk::test::file_bytes(saved(temporary.path("m.h5")));
  const auto start = bytes.find("{\"class_name\":\"Sequential\"");
  const auto end = bytes.find("\"name\":\"all\"}}", start);
  REQUIRE(end < bytes.size());
  dk::random_stream random{1};
  for (int round = 0; round < 300; ++round) {
    auto damaged = bytes;
    for (int i = 0; i < 3; ++i)
      damaged[start + random.below(end - start)] = static_cast<char>(' ' + random.below(95));
    write_bytes(temporary.path("damaged.h5"), damaged);
    try {
      load_model(temporary.path("damaged.h5"));
    } catch (const dk::failure& why) {
      CHECK(why.code() == dk::errc::model);
    }
  }
}

TEST_CASE("what is not supported is refused by index and name", "[nn][model_file]") {
  const temporary_folder temporary;
  const auto path = saved(temporary.path("m.h5"));
  SECTION("a layer") {
    replace_in(path, "\"class_name\":\"Dropout\"", "\"class_name\":\"Permute\"");
    CHECK_THROWS_WITH(load_model(path), Catch::Contains("layer 3") && Catch::Contains("Permute"));
  }
  SECTION("an activation") {
    replace_in(path, "\"relu\"", "\"silu\"");
    CHECK_THROWS_WITH(load_model(path), Catch::Contains("layer 2") && Catch::Contains("silu"));
  }
  SECTION("another kind of model") {
    replace_in(path, "\"Sequential\"", "\"Subclassed\"");
    CHECK_THROWS_WITH(load_model(path), Catch::Contains("Subclassed"));
  }
  SECTION("another generation of Keras") {
    replace_in(path, "2.15.0", "4.15.0");
    CHECK_THROWS_WITH(load_model(path), Catch::Contains("Keras 4.15.0"));
  }
  SECTION("weights of another shape") {
    replace_in(path, "\"units\":4", "\"units\":5");
    CHECK_THROWS_WITH(load_model(path), Catch::Contains("layer 1 (dense)") && Catch::Contains("(6, 4), not (6, 5)"));
  }
}

TEST_CASE("a layer that claims more memory than there is is refused by its shape", "[nn][model_file]") {
  const temporary_folder temporary;
  const auto path = saved(temporary.path("m.h5"));
  replace_in(path, "\"units\":4,\"use_bias\":true", "\"units\":999999999        ");
  CHECK_THROWS_WITH(load_model(path), Catch::Contains("(6, 999999999)"));
}

TEST_CASE("a remark in a model's file is found, and changes nothing else", "[nn][model_file]") {
  const temporary_folder folder;
  const auto plain = saved(folder.path("plain.h5"));
  CHECK(remark_in(plain).empty());
  const auto loaded = load_model(plain);
  const auto path = folder.path("remarked.h5");
  save_remarked_model(path, loaded.architecture, loaded.loss, loaded.optimizer, loaded.weights.data(), "of epoch 3");
  CHECK(remark_in(path) == "of epoch 3");
  CHECK(load_model(path).weights == loaded.weights);
  CHECK_THROWS_AS(remark_in(folder.path("none.h5")), dk::failure);
}
