// Frozen layers as a person meets them: in a config, in a file of Keras, in a run that goes on, in a replay.
#include "nn/files/model_file.hpp"
#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dk;
using namespace dk::test;

namespace {

constexpr std::size_t base_weights = 2 * 8 + 8;
constexpr std::size_t all_weights = base_weights + 8 * 2 + 2;

std::vector<float> weights_of(const std::string& path) {
  return nn::load_model(path).weights;
}

bool has_base_of(const std::vector<float>& weights, const std::vector<float>& other) {
  return std::equal(weights.begin(), weights.begin() + base_weights, other.begin());
}

std::vector<bool> frozen_in(const std::string& path) {
  std::vector<bool> all;
  for (const auto& layer : nn::load_model(path).architecture.layers)
    all.push_back(layer.keys.contains("trainable"));
  return all;
}

// A trained model, and a config beside it that goes on from it with other data.
struct transfer {
  toy_job job;
  transfer() {
    REQUIRE(job.train({"--out", "base", "-q"}).status == 0);
    job.folder.write("next.cfg", R"(name = "next"
[data]
train = { format = "csv", path = "points.csv" }
[model]
keras = "base/model.h5"
[trainer]
workers = 2
servers = 2
batch_size = 10
epochs = 3
)");
  }
  outcome driver(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), DK_DRIVER);
    return run(arguments, {{}, job.path("")});
  }
};

} // namespace

TEST_CASE("the last layer of a model file is trained, all others are kept", "[apps][trainable]") {
  const transfer with;
  const auto base = weights_of(with.job.path("base/model.h5"));
  const auto got = with.driver({"next.cfg", "--out", "next", "--set", "model.trainable=[\"dense_1\"]", "--json"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(got.err.find("Trainable params: 18 ") != std::string::npos);
  CHECK(got.err.find("Non-trainable params: 24 ") != std::string::npos);
  const auto weights = nlohmann::json::parse(got.out).at("weights");
  CHECK(weights == nlohmann::json{{"all", all_weights}, {"frozen", base_weights}, {"exchanged", 18}});
  const auto after = weights_of(with.job.path("next/model.h5"));
  CHECK(has_base_of(after, base));
  CHECK(after != base);
  CHECK(frozen_in(with.job.path("next/model.h5")) == std::vector<bool>{true, false});
  const auto summary = with.driver({"summary", "next/model.h5"});
  CHECK(summary.out.find("Trainable") != std::string::npos);
  CHECK(summary.out.find("Non-trainable params: 24 ") != std::string::npos);

  // The file says it now: who goes on from it need not.
  REQUIRE(with.driver({"export", "next", "--out", "again.json"}).status == 0);
  CHECK(frozen_in(with.job.path("again.json")) == std::vector<bool>{true, false});
  with.job.folder.write("third.cfg", R"(
[data]
train = { format = "csv", path = "points.csv" }
[model]
keras = "next/model.h5"
)");
  const auto third = with.driver({"third.cfg", "--out", "third"});
  INFO(third.err);
  REQUIRE(third.status == 0);
  CHECK(third.out.find("24 of 42 weights are frozen; a commit carries 18, 72 bytes\n") != std::string::npos);
  CHECK(has_base_of(weights_of(with.job.path("third/model.h5")), base));
  REQUIRE(with.driver({"third.cfg", "--out", "thawed", "--set", "model.trainable=true", "-q"}).status == 0);
  CHECK_FALSE(has_base_of(weights_of(with.job.path("thawed/model.h5")), base));
  CHECK(frozen_in(with.job.path("thawed/model.h5")) == std::vector<bool>{false, false});
}

TEST_CASE("a config freezes a layer", "[apps][trainable]") {
  const toy_job job;
  const auto layers =
      std::string{"model.layers=[{dense=8,activation=\"tanh\",trainable=false},{dense=2,"} + "activation=\"softmax\"}]";
  for (const std::string algorithm : {"adag", "single"}) {
    INFO(algorithm);
    const auto got = job.train(
        {"--out", algorithm, "--set", layers, "--set", "trainer.workers=1", "--set", "trainer.algorithm=" + algorithm});
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(got.out.find(algorithm == "single"
                           ? "24 of 42 weights are frozen\n"
                           : "24 of 42 weights are frozen; a commit carries 18, 72 bytes\n") != std::string::npos);
    CHECK(has_base_of(weights_of(job.path(algorithm + "/model.h5")), weights_of(job.path(algorithm + "/initial.h5"))));
    CHECK(content_of(job.path(algorithm + "/config.resolved.toml")).find("trainable = false") != std::string::npos);
  }
}

TEST_CASE("a run with frozen layers goes on, and is replayed", "[apps][trainable]") {
  const transfer with;
  const auto set = std::vector<std::string>{"--set", "model.trainable=[\"dense_1\"]"};
  const auto command = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), set.begin(), set.end());
    return with.driver(arguments);
  };
  REQUIRE(command({"next.cfg", "--out", "next", "-q", "--set", "trainer.stop={rows=900}"}).status == 0);
  std::filesystem::remove_all(with.job.path("base")); // what it started from is in the run's own folder
  const auto gone_on = with.driver({"--resume", "next", "--set", "trainer.stop={}"});
  INFO(gone_on.err);
  REQUIRE(gone_on.status == 0);
  CHECK(rows_balance(gone_on.out));
  CHECK(has_base_of(weights_of(with.job.path("next/model.h5")), weights_of(with.job.path("next/initial.h5"))));
  const auto replayed = with.driver({"replay", "next"});
  INFO(replayed.err);
  CHECK(replayed.status == 0);
  CHECK(replayed.out.find("the center of 42 weights is that of next/model.h5, bit for bit") != std::string::npos);

  const auto other = with.driver({"--resume", "next", "--set", "model.trainable=[\"dense\"]"});
  CHECK(other.status == 2);
  CHECK(other.err.find("model.trainable differs from that of the run in next") != std::string::npos);
}

TEST_CASE("what cannot be frozen is told", "[apps][trainable]") {
  const transfer with;
  const auto expect = [&](const std::string& setting, const std::string& text) {
    INFO(setting);
    const auto got = with.driver({"next.cfg", "--out", "bad", "--set", setting});
    CHECK(got.status == 2);
    CHECK(got.err.find("E_CONFIG ") != std::string::npos);
    INFO(got.err);
    CHECK(got.err.find(text) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(with.job.path("bad")));
  };
  expect("model.trainable=\"no\"", "`trainable` in [model] is \"no\", expected true, false or a list of names");
  expect("model.trainable=[\"dense_2\"]",
         "model.trainable: no layer is called \"dense_2\" (did you mean \"dense_1\"?); there are dense, dense_1");
  expect("model.trainable=false", "all 42 weights of the model are frozen by trainable = false");
}
