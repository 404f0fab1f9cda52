// What a layer of a functional model is called with, and what its ends are called.
#include "common/error.hpp"
#include "nn/keras/config.hpp"
#include "nn/model/wiring.hpp"
#include "tests/nn/fixtures.hpp"

#include <catch2/catch.hpp>

using namespace dk::nn;
using dk::nn::test::described;
using nlohmann::json;

namespace {

json tensor(const char* name) {
  return {{"class_name", "__keras_tensor__"},
          {"config", {{"shape", {nullptr, 2}}, {"dtype", "float32"}, {"keras_history", {name, 0, 0}}}}};
}

json constant() {
  return {{"class_name", "__tensor__"}, {"config", {{"value", {{10.0, 20.0}}}, {"dtype", "float32"}}}};
}

json node(const char* class_name, json config, const char* name, json nodes) {
  auto made = described(class_name, std::move(config), name);
  made["inbound_nodes"] = std::move(nodes);
  return made;
}

json called(json args, json kwargs = json::object()) {
  return json::array({{{"args", std::move(args)}, {"kwargs", std::move(kwargs)}}});
}

json listed(json arguments) {
  return json::array({json::array({json::array({"x", 0, 0, std::move(arguments)})})});
}

json graph_of(std::vector<json> layers, json inputs, json outputs) {
  layers.insert(layers.begin(), node("InputLayer", {{"batch_shape", {nullptr, 2}}}, "x", json::array()));
  json made{{"class_name", "Functional"}, {"config", {{"name", "f"}, {"layers", layers}}}};
  made["config"]["input_layers"] = std::move(inputs);
  made["config"]["output_layers"] = std::move(outputs);
  return json::parse(made.dump());
}

json end_of(const char* name) {
  return json::array({json::array({name, 0, 0})});
}

architecture read(const json& from, std::vector<std::string>* for_training = nullptr) {
  return keras::read_model_config(from, keras::generation::keras_3, for_training);
}

std::string why(const json& layer, const char* last) {
  try {
    read(graph_of({layer}, end_of("x"), end_of(last)));
  } catch (const dk::failure& refused) {
    return refused.what();
  }
  return "";
}

} // namespace

TEST_CASE("constants in calls are refused, beside one tensor or several", "[nn][keras]") {
  const auto add = [](json tensors) {
    return node("Add", json::object(), "sum", called(json::array({std::move(tensors)})));
  };
  for (const auto& tensors : {json::array({tensor("x"), constant()}),
                              json::array({tensor("x"), tensor("x"), constant()}), json::array({tensor("x"), 3})})
    CHECK_THAT(why(add(tensors), "sum"), Catch::Contains("layer 1 (sum)") && Catch::Contains("constant"));
  CHECK_THAT(why(add({tensor("x"), constant()}), "sum"), Catch::Contains("[[10.0,20.0]]"));
  const auto keras_2 = node("Add", json::object(), "sum",
                            json::array({json::array({json::array({"x", 0, 0, json::object()}),
                                                      json::array({"_CONSTANT_VALUE", -1, 7, json::object()})})}));
  CHECK_THAT(why(keras_2, "sum"), Catch::Contains("layer 1 (sum)") && Catch::Contains("constant 7"));
}

TEST_CASE("each argument of a call is known to change nothing, or refused by its name", "[nn][keras]") {
  const auto drop = [](json nodes) { return node("Dropout", {{"rate", 0.5}}, "drop", std::move(nodes)); };
  const auto keras_3 = [&](const char* key, json value) {
    return drop(called(json::array({tensor("x")}), {{key, std::move(value)}}));
  };
  const auto keras_2 = [&](const char* key, json value) { return drop(listed({{key, std::move(value)}})); };
  for (const char* key : {"training", "mask", "wibble"}) {
    CHECK_THAT(why(keras_3(key, true), "drop"), Catch::Contains("layer 1 (drop)") && Catch::Contains(key));
    CHECK_THAT(why(keras_2(key, true), "drop"), Catch::Contains("layer 1 (drop)") && Catch::Contains(key));
    CHECK(why(keras_3(key, nullptr), "drop").empty());
    CHECK(why(keras_2(key, nullptr), "drop").empty());
  }
  CHECK_THAT(why(drop(called(json::array({tensor("x"), true}))), "drop"), Catch::Contains("further argument, true"));
  CHECK_THAT(why(drop(json::array({{{"args", json::array({tensor("x")})}, {"wibble", 1}}})), "drop"),
             Catch::Contains("wibble"));
  auto half = tensor("x");
  half["config"]["dtype"] = "float16";
  CHECK_THAT(why(drop(called(json::array({half}))), "drop"), Catch::Contains("float16"));
}

TEST_CASE("a call that never trains is told of, for predictions do not need to know", "[nn][keras]") {
  for (const auto& nodes : {called(json::array({tensor("x")}), {{"training", false}}), listed({{"training", false}})}) {
    std::vector<std::string> told;
    read(graph_of({node("Dropout", {{"rate", 0.5}}, "drop", nodes)}, end_of("x"), end_of("drop")), &told);
    REQUIRE(told.size() == 1);
    CHECK_THAT(told[0], Catch::Contains("layer 1 (drop)") && Catch::Contains("training = false"));
    for (const bool trainable : {true, false}) { // a frozen one never trains, whatever its call says
      told.clear();
      read(graph_of({node("BatchNormalization", {{"trainable", trainable}}, "bn", nodes)}, end_of("x"), end_of("bn")),
           &told);
      CHECK(told.empty() == !trainable);
    }
  }
}

TEST_CASE("a tensor is the first output of a layer's first use", "[nn][keras]") {
  const auto reads = [](json history) {
    auto from = tensor("x");
    from["config"]["keras_history"] = std::move(history);
    return why(node("Flatten", json::object(), "f", called(json::array({from}))), "f");
  };
  CHECK(reads({"x", 0, 0}).empty());
  CHECK_THAT(reads({"x", 1, 0}), Catch::Contains("second time"));
  CHECK_THAT(reads({"x", 0, 1}), Catch::Contains("output 1"));
  CHECK_THAT(reads({"x"}), Catch::Contains("as Keras writes it"));
}

TEST_CASE("dictionaries of inputs and outputs are read by their names", "[nn][keras]") {
  const auto layers = [] {
    return std::vector<json>{node("InputLayer", {{"batch_shape", {nullptr, 1}}}, "in_2", json::array()),
                             node("Dense", {{"units", 2}}, "cls", called(json::array({tensor("x")}))),
                             node("Concatenate", json::object(), "both",
                                  called(json::array({json::array({tensor("cls"), tensor("in_2")})})))};
  };
  const auto made = read(graph_of(layers(), {{"pay", {"x", 0, 0}}, {"age", {"in_2", 0, 0}}},
                                  {{"size", {"both", 0, 0}}, {"kind", {"cls", 0, 0}}}));
  CHECK(made.inputs == std::vector<model_input>{{"age", {1}}, {"pay", {2}}}); // in the order of their names, as Keras
  CHECK(made.outputs == std::vector<std::string>{"kind", "size"});
  CHECK(wire(made).layers == std::vector<std::string>{"kind", "size"});
  CHECK(made.layers[1].keys["from"] == json{"kind", "age"});
  CHECK_THROWS_WITH(read(graph_of(layers(), {{"x", {"x", 0, 0}}, {"in_2", {"in_2", 0, 0}}}, {{"cls", {"both", 0, 0}}})),
                    Catch::Contains("another layer has that name"));
}
