#include "common/error.hpp"
#include "nn/files/model_file.hpp"
#include "nn/keras/config.hpp"
#include "nn/keras/json.hpp"
#include "nn/model/model.hpp"
#include "nn/model/stack.hpp"
#include "nn/model/wiring.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <unistd.h>

using namespace dk::nn;
using dk::nn::test::described;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

using name_list = std::vector<const char*>;

/// Writes parts of a functional model as one generation of Keras does.
struct dialect {
  bool keras_3;

  keras::generation by() const { return keras_3 ? keras::generation::keras_3 : keras::generation::keras_2; }

  json node(const char* class_name, json config, const char* name, const name_list& sources) const {
    auto made = described(class_name, std::move(config), name);
    made["name"] = name;
    auto tensors = json::array();
    for (const auto* source : sources)
      tensors.push_back(keras_3
                            ? json{{"class_name", "__keras_tensor__"}, {"config", {{"keras_history", {source, 0, 0}}}}}
                            : json{source, 0, 0, json::object()});
    auto inbound = json::array();
    if (!sources.empty())
      inbound.push_back(keras_3 ? json{{"args", json::array({tensors})}, {"kwargs", json::object()}} : tensors);
    made["inbound_nodes"] = inbound;
    return made;
  }

  json input(const char* name, json extents) const {
    return node("InputLayer", {{keras_3 ? "batch_shape" : "batch_input_shape", std::move(extents)}}, name, {});
  }

  // Keras 3 writes one tensor without a list around it.
  json ends(const name_list& all) const {
    auto list = json::array();
    for (const auto* name : all)
      list.push_back(json::array({name, 0, 0}));
    return keras_3 && list.size() == 1 ? list[0] : list;
  }

  json model(const std::vector<json>& layers, const name_list& inputs, const name_list& outputs) const {
    json made{{"class_name", "Functional"}};
    made["config"] = {{"name", "f"}, {"layers", json(layers)}};
    made["config"]["input_layers"] = ends(inputs);
    made["config"]["output_layers"] = ends(outputs);
    return json::parse(made.dump()); // numbers as a file has them
  }

  architecture read(const std::vector<json>& layers, const name_list& inputs, const name_list& outputs) const {
    return keras::read_model_config(model(layers, inputs, outputs), by());
  }
};

const dialect dialects[] = {{false}, {true}};

} // namespace

TEST_CASE("a functional model that is a chain is read in its order", "[nn][keras]") {
  for (const auto& in : dialects) {
    const auto input = in.input("in", {nullptr, 3});
    const auto first = in.node("Dense", {{"units", 5}}, "a", {"in"});
    const auto second = in.node("Dense", {{"units", 2}}, "b", {"a"});
    const auto chain = in.read({second, input, first}, {"in"}, {"b"});
    REQUIRE(chain.layers.size() == 2);
    CHECK(chain.layers[0].keys["name"] == "a");
    CHECK(chain.layers[1].keys["name"] == "b");
    CHECK_FALSE(chain.layers[1].keys.contains("from"));
    CHECK(chain.input == shape{3});
    CHECK(chain.inputs.empty());
    CHECK(chain.outputs.empty());
  }
}

TEST_CASE("branches, several inputs and several outputs are read", "[nn][keras]") {
  for (const auto& in : dialects) {
    const auto made = in.read(
        {in.input("x", {nullptr, 3}), in.input("y", {nullptr, 2, 2}), in.node("Dense", {{"units", 4}}, "a", {"x"}),
         in.node("Flatten", json::object(), "f", {"y"}), in.node("Add", json::object(), "s", {"a", "f"}),
         in.node("Concatenate", {{"axis", -1}}, "c", {"s", "a", "x"}), in.node("Dense", {{"units", 1}}, "o", {"c"})},
        {"y", "x"}, {"o", "s"});
    CHECK(made.input == shape{7});
    CHECK(made.inputs == std::vector<model_input>{{"y", {2, 2}}, {"x", {3}}});
    CHECK(made.outputs == std::vector<std::string>{"o", "s"});
    const auto wires = wire(made);
    CHECK(wires.layers == std::vector<std::string>{"a", "f", "s", "c", "o"});
    CHECK(wires.sources == std::vector<std::vector<std::size_t>>{{1}, {0}, {2, 3}, {4, 2, 1}, {5}});
    CHECK(make_layers(made)[3]->output() == shape{11});
  }
}

TEST_CASE("what a functional model of ours cannot be is refused", "[nn][keras]") {
  for (const auto& in : dialects) {
    const auto input = in.input("in", {nullptr, 3});
    auto twice = in.node("Dense", {{"units", 3}}, "a", {"in"});
    twice["inbound_nodes"].push_back(twice["inbound_nodes"][0]);
    CHECK_THROWS_WITH(in.read({input, twice}, {"in"}, {"a"}),
                      Catch::Contains("layer 1") && Catch::Contains("more than once"));
    const auto a = in.node("Dense", {{"units", 3}}, "a", {"b"});
    CHECK_THROWS_WITH(in.read({input, a}, {"in"}, {"a"}),
                      Catch::Contains("layer 1 (a)") && Catch::Contains("not there"));
    const auto b = in.node("Dense", {{"units", 3}}, "b", {"a"});
    CHECK_THROWS_WITH(in.read({input, a, b}, {"in"}, {"a"}), Catch::Contains("layer 1 (a)"));
    const auto inner = in.node("Sequential", {{"layers", json::array()}}, "s", {"in"});
    CHECK_THROWS_WITH(in.read({input, inner}, {"in"}, {"s"}),
                      Catch::Contains("Sequential") && Catch::Contains("layer 1 (s)"));
    const auto good = in.node("Dense", {{"units", 3}}, "a", {"in"});
    CHECK_THROWS_WITH(in.read({input, good}, {"other"}, {"a"}),
                      Catch::Contains("layer 0 (in)") && Catch::Contains("no input"));
    CHECK_THROWS_WITH(in.read({input, good}, {"in", "more"}, {"a"}),
                      Catch::Contains("\"more\" is not among the layers"));
    CHECK_THROWS_WITH(in.read({input, good}, {"in"}, {"b"}), Catch::Contains("output \"b\""));
  }
}

TEST_CASE("the merging layers of Keras 1 are read", "[nn][keras]") {
  const auto read = [](json config) {
    return keras::read_layer(described("Merge", std::move(config), "m"), keras::generation::keras_1);
  };
  CHECK(read({{"mode", "sum"}}).name == "add");
  const auto joined = read({{"mode", "concat"}, {"concat_axis", 1}});
  CHECK(joined.name == "concatenate");
  CHECK(joined.keys["axis"] == 1);
  CHECK_THROWS_WITH(read({{"mode", "dot"}}), Catch::Contains("mode = \"dot\""));
}

TEST_CASE("a saved graph is the same when it is read back", "[nn][keras]") {
  const auto path = (fs::temp_directory_path() / ("dk-functional-" + std::to_string(::getpid()) + ".h5")).string();
  const architecture of{"two",
                        {5},
                        {{"dense", {{"units", 4}, {"name", "a"}, {"from", "left"}}},
                         {"concatenate", {{"from", {"a", "right"}}, {"name", "c"}}},
                         {"dense", {{"units", 3}, {"activation", "softmax"}, {"name", "kind"}}},
                         {"dense", {{"units", 1}, {"name", "size"}, {"from", "c"}}}},
                        {{"left", {3}}, {"right", {2}}},
                        {"kind", "size"}};
  const objective losses{{"categorical_crossentropy", "mean_squared_error"}, {1, 0.5}};
  model m{of, losses, 2};
  m.initialize(1);
  save_model(path, of, losses, {"adam"}, m.weights());
  const auto loaded = load_model(path);
  fs::remove(path);
  CHECK(loaded.architecture.inputs == of.inputs);
  CHECK(loaded.architecture.outputs == of.outputs);
  CHECK(wire(loaded.architecture).sources == wire(of).sources);
  REQUIRE(loaded.weights.size() == m.num_weights());
  CHECK(std::equal(loaded.weights.begin(), loaded.weights.end(), m.weights()));
}
