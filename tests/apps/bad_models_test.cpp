// What a person sees who brings a model file with something in it that dk does not do: the layer, its name and the key.
#include "tests/apps/refusal.hpp"

#include <catch2/catch.hpp>

using namespace dk::test;

namespace {

std::string layer_text(const std::string& class_name, const std::string& name, const std::string& keys,
                       const std::string& more = "") {
  return R"({"class_name": ")" + class_name + R"(", "config": {"name": ")" + name + '"' + (keys.empty() ? "" : ", ") +
         keys + "}" + more + "}";
}

const std::string input_layer = layer_text("InputLayer", "in", R"("batch_input_shape": [null, 2])");

std::string sequential(const std::string& layers, const std::string& more = "") {
  return R"({"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "m", "layers": [)" + layers +
         "]" + more + "}}";
}

std::string functional(const std::string& layers, const std::string& last) {
  return R"({"class_name": "Functional", "keras_version": "3.3.3", "config": {"name": "m", "layers": [)" +
         layer_text("InputLayer", "x", R"("batch_shape": [null, 2])", R"(, "inbound_nodes": [])") + ", " + layers +
         R"(], "input_layers": [["x", 0, 0]], "output_layers": [[")" + last + R"(", 0, 0]]}})";
}

// What `summary` says of a description.
outcome summary_of(const temporary_folder& folder, const std::string& description) {
  folder.write("m.json", description);
  return run({DK_DRIVER, "summary", "m.json"}, {{}, folder.path("")});
}

} // namespace

TEST_CASE("keys of layers that dk does not know, or not with this value", "[apps][bad_input]") {
  const temporary_folder folder;
  const auto refused = [&](const std::string& layer, const std::vector<std::string>& parts) {
    auto all = parts;
    all.insert(all.end(), {"m.json: ", "layer 1 (d)"});
    expect(summary_of(folder, sequential(input_layer + ", " + layer)), 4, "E_MODEL", all);
  };
  const auto dense = [](const std::string& keys) { return layer_text("Dense", "d", R"("units": 2, )" + keys); };
  CHECK(summary_of(folder, sequential(input_layer + ", " + dense(R"("dtype": "float32")"))).status == 0);
  refused(dense(R"("wibble": 3)"), {"\"wibble\"", "Dense", "3"});
  refused(dense(R"("dtype": "float16")"), {"dtype", "float16", "only float32"});
  refused(dense(R"("activity_regularizer": {"class_name": "L2", "config": {"l2": 0.1}})"), {"activity_regularizer"});
  refused(dense(R"("activation": "gelu")"), {"\"gelu\"", "relu"});
  refused(dense(R"("activation": {"class_name": "LeakyReLU", "config": {"alpha": 0.1, "wibble": 1}})"), {"wibble"});
  refused(dense(R"("kernel_initializer": {"class_name": "Mine", "config": {}})"), {"Mine"});
  refused(dense(R"("kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1, "wibble": 1}})"), {"wibble"});
  refused(layer_text("Dense", "d", R"("units": 2)", R"(, "registered_name": "mine>Dense")"), {"mine>Dense"});
  refused(layer_text("BatchNormalization", "d", R"("renorm": true)"), {"renorm", "only false"});
  refused(layer_text("BatchNormalization", "d", R"("virtual_batch_size": 4)"), {"virtual_batch_size"});
  refused(layer_text("Dropout", "d", R"("rate": 0.5, "noise_shape": [1])"), {"noise_shape"});
  refused(layer_text("Softmax", "d", R"("axis": 1)"), {"axis = 1"});
  refused(layer_text("Embedding", "d", R"("input_dim": 9, "output_dim": 2, "mask_zero": true)"), {"Embedding"});
}

TEST_CASE("inputs and models with keys that dk does not know", "[apps][bad_input]") {
  const temporary_folder folder;
  const auto dense = layer_text("Dense", "d", R"("units": 2)");
  const auto input = [](const std::string& key) {
    return layer_text("InputLayer", "in", R"("batch_input_shape": [null, 2], )" + key);
  };
  for (const char* key : {"sparse", "ragged", "wibble"})
    expect(summary_of(folder, sequential(input('"' + std::string{key} + "\": true") + ", " + dense)), 4, "E_MODEL",
           {"m.json", "layer 0 (in)", key});
  expect(summary_of(folder, sequential(input(R"("dtype": "int32")") + ", " + dense)), 4, "E_MODEL",
         {"layer 0 (in)", "int32"});
  expect(summary_of(folder, sequential(input_layer + ", " + dense, R"(, "wibble": 1)")), 4, "E_MODEL",
         {"\"wibble\" of Sequential"});
}

TEST_CASE("calls of layers with what is no layer", "[apps][bad_input]") {
  const temporary_folder folder;
  const std::string x =
      R"({"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "keras_history": ["x", 0, 0]}})";
  const std::string constant = R"({"class_name": "__tensor__", "config": {"value": [[10, 20]]}})";
  const auto call = [](const std::string& args, const std::string& kwargs) {
    return R"(, "inbound_nodes": [{"args": [)" + args + R"(], "kwargs": {)" + kwargs + "}}]";
  };
  const auto refused = [&](const std::string& layer, const std::vector<std::string>& parts) {
    auto all = parts;
    all.insert(all.end(), {"m.json", "layer 1 (d)"});
    expect(summary_of(folder, functional(layer, "d")), 4, "E_MODEL", all);
  };
  refused(layer_text("Add", "d", "", call("[" + x + ", " + constant + "]", "")), {"constant [[10,20]]"});
  refused(layer_text("Add", "d", "", call("[" + x + ", " + x + ", " + constant + "]", "")), {"constant [[10,20]]"});
  refused(layer_text("Dropout", "d", R"("rate": 0.5)", call(x, R"("training": true)")), {"training = true"});
  refused(layer_text("Dropout", "d", R"("rate": 0.5)", call(x, R"("mask": [1])")), {"mask = [1]"});
}

TEST_CASE("what predicts may not be what can be trained from", "[apps][bad_input]") {
  const toy_job job;
  const auto constrained = layer_text("Dense", "d", R"("units": 2, "activation": "softmax", "kernel_constraint":
    {"class_name": "MaxNorm", "config": {"max_value": 2}})");
  job.folder.write("m.json", sequential(input_layer + ", " + constrained));
  CHECK(run({DK_DRIVER, "summary", "m.json"}, {{}, job.path("")}).status == 0);
  job.folder.write("m.cfg",
                   "[data]\ntrain = { format = \"csv\", path = \"points.csv\" }\n[model]\nkeras = \"m.json\"\n");
  expect(run({DK_DRIVER, "m.cfg", "--out", "run"}, {{}, job.path("")}), 4, "E_MODEL",
         {"m.json", "layer 1 (d)", "kernel_constraint", "only predict"});
  expect(run({DK_DRIVER, "export", "m.json", "--out", "n.json"}, {{}, job.path("")}), 4, "E_MODEL",
         {"m.json", "kernel_constraint"});
}

TEST_CASE("losses and metrics with keys that they do not have", "[apps][bad_input]") {
  const toy_job job;
  const auto with = [&](const std::string& setting) { return job.train({"--out", "run", "--set", setting}); };
  expect(with(R"(trainer.loss={name="hinge",from_logits=true})"), 2, "E_CONFIG", {"from_logits", "hinge"});
  expect(with(R"(trainer.loss={name="sparse_categorical_crossentropy",from_logits=true})"), 2, "E_CONFIG",
         {"softmax", "no logits", "leave from_logits out"});
  expect(with(R"(trainer.loss={name="binary_crossentropy",label_smoothing=1.5})"), 2, "E_CONFIG", {"label_smoothing"});
  expect(with(R"(trainer.metrics=[{name="auc",curve="prc"}])"), 2, "E_CONFIG", {"prc", "roc, pr"});
  expect(with(R"(trainer.metrics=[{name="precision",top_k=3}])"), 2, "E_CONFIG", {"top_k", "class_id"});
  expect(with(R"(trainer.metrics=["auc","auc"])"), 2, "E_CONFIG", {"named twice", "other keys"});
  expect(with("trainer.optimizer={iterations=-1}"), 2, "E_CONFIG", {"iterations", "at least 0"});
  expect(with("model.layers=[{flatten=true}]"), 2, "E_CONFIG", {"nothing to train"});
}
