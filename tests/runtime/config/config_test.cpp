#include "runtime/config/job.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <map>

using dk::errc;
using dk::job;
using dk::spec;
using dk::test::failure_in;
using dk::test::failure_of;
using dk::test::temporary_folder;

namespace {

constexpr auto mnist = R"(name = "mnist"
seed = 7
[data]
train = { format = "idx", features = "mnist/images", labels = "/abs/labels" }
test = { format = "csv", path = "../t.csv" }
transforms = [ { min_max = { columns = ["features"], from = [0, 255], to = [0, 1] } }, { one_hot = { column = "label", classes = 10 } } ]
shuffle = false
prefetch = 8
validation = 0.1
[model]
input = [784]
layers = [ { dense = 1000, activation = "relu" }, { dropout = 0.2 }, { dense = 10, activation = "softmax" } ]
[trainer]
algorithm = "aeasgd"
rho = 2
workers = 4
epochs = 2
batch_size = 4
communication_window = 3
servers = 2
assignment = "static"
optimizer = { name = "adam", learning_rate = 0.002 }
loss = "categorical_crossentropy"
metrics = []
stop = { loss = 0.05, rows = 1000 }
record = false
[cluster]
nodes = ["host1:7077", "[::1]:7078"]
request_timeout = 2.5
heartbeat = 2
connection_timeout = 3
)";

job parse(const std::string& text) {
  return dk::parse_job(text, "f.cfg", "/base/in");
}

dk::environment variables(std::map<std::string, std::string> all) {
  return [all = std::move(all)](const std::string& name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional{found->second};
  };
}

} // namespace

TEST_CASE("every key of a config arrives where it belongs", "[runtime][config]") {
  const auto j = parse(mnist);
  CHECK(j.name == "mnist");
  CHECK(j.seed == 7);
  CHECK(j.data.train == spec{"idx", {{"features", "/base/in/mnist/images"}, {"labels", "/abs/labels"}}});
  CHECK(j.data.test == spec{"csv", {{"path", "/base/t.csv"}}});
  REQUIRE(j.data.transforms.size() == 2);
  CHECK(j.data.transforms[1] == spec{"one_hot", {{"column", "label"}, {"classes", 10}}});
  CHECK_FALSE(j.data.shuffle);
  CHECK(j.data.prefetch == 8);
  CHECK(j.data.validation == 0.1);
  CHECK(j.model.input == std::vector<std::size_t>{784});
  REQUIRE(j.model.layers.size() == 3);
  CHECK(j.model.layers[0] == spec{"dense", {{"units", 1000}, {"activation", "relu"}}});
  CHECK(j.model.layers[1] == spec{"dropout", {{"rate", 0.2}}});
  CHECK(j.trainer.algorithm == dk::chosen_algorithm{"aeasgd", {{"rho", 2.0}, {"learning_rate", 0.1}}});
  CHECK(j.trainer.algorithm.keys.at("rho").is_number_float());
  CHECK(j.trainer.workers == 4);
  CHECK(j.trainer.epochs == 2);
  CHECK(j.trainer.batch_size == 4);
  CHECK(j.trainer.communication_window == 3);
  CHECK(j.trainer.servers == 2);
  CHECK(j.trainer.assignment == "static");
  CHECK(j.trainer.optimizer == spec{"adam", {{"learning_rate", 0.002}}});
  CHECK(j.trainer.metrics.empty());
  CHECK(j.trainer.stop == nlohmann::json{{"loss", 0.05}, {"rows", 1000}});
  CHECK_FALSE(j.trainer.record);
  CHECK(j.cluster.nodes == std::vector<dk::endpoint>{{"host1", 7077}, {"::1", 7078}});
  CHECK(j.cluster.request_timeout == 2.5);
  CHECK(j.cluster.heartbeat == 2.0);
  CHECK(j.cluster.connection_timeout == 3.0);
}

TEST_CASE("an empty config is all defaults", "[runtime][config]") {
  job defaults;
  defaults.trainer.policy = "accept"; // what adag prefers
  CHECK(parse("") == defaults);
}

TEST_CASE("a job that names no policy is written without one, and read with the algorithm's", "[runtime][config]") {
  job made;
  for (const std::string name : {"adag", "dynsgd"}) {
    made.trainer.algorithm = dk::chosen_algorithm{name}; // neither has keys
    const auto text = dk::to_toml(made);
    CHECK(text.find("policy") == std::string::npos);
    CHECK(text.find("max_staleness") == std::string::npos);
    CHECK(parse(text).trainer.policy == (name == "adag" ? "accept" : "scale"));
  }
  made.trainer.policy = "wait";
  made.trainer.max_staleness = 3;
  CHECK(parse(dk::to_toml(made)).trainer.max_staleness == 3);
}

TEST_CASE("an alias becomes the algorithm's name", "[runtime][config]") {
  CHECK(parse("[trainer]\nalgorithm = \"agn\"").trainer.algorithm == dk::chosen_algorithm{"adag"});
}

TEST_CASE("an optimizer is a name, or a table that may leave the name out", "[runtime][config]") {
  CHECK(parse("[trainer]\noptimizer = \"sgd\"").trainer.optimizer == spec{"sgd"});
  CHECK(parse("[trainer]\noptimizer = { learning_rate = 0.1 }").trainer.optimizer ==
        spec{"adam", {{"learning_rate", 0.1}}});
}

TEST_CASE("a layer without a value of its own is true, and a Keras model replaces the layers", "[runtime][config]") {
  CHECK(parse("[model]\nlayers = [ { flatten = true }, { activation = \"relu\" } ]").model.layers ==
        std::vector<spec>{{"flatten"}, {"activation", {{"activation", "relu"}}}});
  const auto j = parse("[model]\nkeras = \"m.json\"");
  CHECK(j.model.keras == "/base/in/m.json");
  CHECK(parse("[model]\nkeras = \"m.json\"\nweights = \"../w.h5\"").model.weights == "/base/w.h5");
}

TEST_CASE("the resolved config reads back as the same job", "[runtime][config]") {
  for (const auto* text : {mnist, "", "[model]\nkeras = \"m.json\"",
                           "[model]\nkeras = \"m.json\"\nweights = \"w.h5\"\n[trainer]\nloss = \"hinge\"\n",
                           "name = \"a\\\"b\\u007F\\u00E9\"\nseed = 9223372036854775807",
                           "[model]\ninput = [3, 2]\nlayers = [ { flatten = true } ]\n[data]\nvalidation = 1e-30\n"
                           "[trainer]\nalgorithm = \"aeasgd\"\nrho = 1e300\n"}) {
    const auto j = parse(text);
    const auto written = dk::to_toml(j);
    INFO(written);
    CHECK(dk::parse_job(written, "again", "/elsewhere") == j);
    CHECK(dk::to_toml(dk::parse_job(written, "again", "/elsewhere")) == written);
  }
}

TEST_CASE("the resolved config shows every key", "[runtime][config]") {
  const auto text = dk::to_toml(parse("[trainer]\nalgorithm = \"aeasgd\""));
  for (const auto* line :
       {"name = \"run\"", "seed = 1", "[data]", "transforms = []", "shuffle = true", "prefetch = 4", "validation = 0.0",
        "[trainer]", "algorithm = \"aeasgd\"", "rho = 5.0", "learning_rate = 0.1", "stop = {}", "optimizer = \"adam\"",
        "metrics = [\"accuracy\"]", "nodes = []"})
    CHECK(text.find(std::string{line} + '\n') != std::string::npos);
  job big;
  big.seed = ~std::uint64_t{0};
  CHECK(failure_of(errc::config, [&] { dk::to_toml(big); }).find("18446744073709551615") != std::string::npos);
}

TEST_CASE("settings beat the environment, which beats the file", "[runtime][config]") {
  const temporary_folder folder;
  const auto path = folder.write("f.cfg", "seed = 1\n[trainer]\nworkers = 1\nepochs = 1\nbatch_size = 1\n");
  const auto environment = variables({{"DK_TRAINER_WORKERS", "2"}, {"DK_TRAINER_EPOCHS", "2"}, {"DK_SEED", "2"}});
  const auto j = dk::load_job(path, {"trainer.workers=3"}, environment);
  CHECK(j.trainer.workers == 3);
  CHECK(j.trainer.epochs == 2);
  CHECK(j.trainer.batch_size == 1);
  CHECK(j.seed == 2);
}

TEST_CASE("the environment sets the keys of the algorithm that will run", "[runtime][config]") {
  const temporary_folder folder;
  const auto path = folder.write("f.cfg", "");
  const auto rho = variables({{"DK_TRAINER_RHO", "7"}});
  CHECK(dk::load_job(path, {"trainer.algorithm=aeasgd"}, rho).trainer.algorithm.keys.at("rho") == 7.0);
  CHECK(dk::load_job(path, {"trainer.algorithm=aeasgd", "trainer.rho=8"}, rho).trainer.algorithm.keys.at("rho") == 8.0);
  CHECK(dk::load_job(path, {}, rho).trainer.algorithm == dk::chosen_algorithm{"adag"});
}

TEST_CASE("a setting is TOML or a plain word", "[runtime][config]") {
  const temporary_folder folder;
  const auto path = folder.write("f.cfg", "[trainer]\noptimizer = \"adam\"\nstop = { loss = 1 }\n");
  const auto with = [&](const std::vector<std::string>& settings) {
    return dk::load_job(path, settings, variables({}));
  };
  CHECK(with({"name=fast run"}).name == "fast run");
  CHECK(with({"name=\"quoted\""}).name == "quoted");
  CHECK(with({"cluster.nodes=[\"a:1\"]"}).cluster.nodes == std::vector<dk::endpoint>{{"a", 1}});
  CHECK(with({"data.train={ format = \"csv\", path = \"x.csv\" }"}).data.train->keys.at("path") ==
        folder.path("x.csv"));
  CHECK(with({"trainer.optimizer.learning_rate=0.5"}).trainer.optimizer == spec{"adam", {{"learning_rate", 0.5}}});
  CHECK(with({"trainer.optimizer=sgd"}).trainer.optimizer == spec{"sgd"});
  CHECK(with({"trainer.loss=mse"}).trainer.loss == dk::nn::objective{"mean_squared_error"});
  CHECK(with({"trainer.loss=[\"kld\", { name = \"bce\", from_logits = true }]"}).trainer.loss.losses ==
        std::vector<spec>{{"kullback_leibler_divergence"}, {"binary_crossentropy", {{"from_logits", true}}}});
  CHECK(with({"trainer.stop.seconds=5"}).trainer.stop == nlohmann::json{{"loss", 1}, {"seconds", 5}});
  CHECK(with({"trainer.record=false"}).trainer.record == false);
}

TEST_CASE("a setting that is wrong is named by its text", "[runtime][config]") {
  const temporary_folder folder;
  const auto path = folder.write("f.cfg", "[trainer]\nworkers = 2\n");
  const auto error = [&](const std::vector<std::string>& settings, std::map<std::string, std::string> all = {}) {
    return failure_in(folder, errc::config, [&] { dk::load_job(path, settings, variables(std::move(all))); });
  };
  CHECK(error({"trainer.worker=8"}) ==
        "--set trainer.worker=8: unknown key `worker` in [trainer] (did you mean \"workers\"?)");
  CHECK(error({"trainer.workers=0"}) ==
        "--set trainer.workers=0: `workers` in [trainer] is 0, expected a whole number from 1 to 65,536");
  CHECK(error({"trainer.workers=many"}).find("`workers` in [trainer] is \"many\"") != std::string::npos);
  CHECK(error({"trainers.workers=1"}) ==
        "--set trainers.workers=1: unknown key `trainers` (did you mean \"trainer\"?)");
  CHECK(error({}, {{"DK_TRAINER_EPOCHS", "-1"}}) ==
        "environment DK_TRAINER_EPOCHS=-1: `epochs` in [trainer] is -1, expected a whole number from 1 to "
        "1,000,000,000");
  CHECK(error({"workers"}) == "--set workers: expected KEY=VALUE, as in trainer.workers=8");
  CHECK(error({"trainer..x=1"}) == "--set trainer..x=1: the key `trainer..x` has an empty part");
  CHECK(error({"trainer.workers.x=1"}) ==
        "--set trainer.workers.x=1: `trainer/workers` is no table, so it has no key `x`");
  CHECK(error({"name=[1"}).find("--set name=[1: not valid TOML: ") == 0);
  CHECK(error({"name=it's"}).find("--set name=it's: not valid TOML: ") == 0);
  CHECK(error({"name=1\nseed = 2"}).find("not valid TOML") != std::string::npos);
}

TEST_CASE("a config file that cannot be read says why", "[runtime][config]") {
  const temporary_folder folder;
  const auto error = [&](const std::string& path) {
    return failure_in(folder, errc::config, [&] { dk::load_job(path, {}, variables({})); });
  };
  CHECK(error(folder.path("none.cfg")) == "none.cfg: no such config file; check the path");
  std::filesystem::create_directory(folder.path("inner"));
  CHECK(error(folder.path("inner")) == "inner: is a folder; name the config file in it");
}

TEST_CASE("a job is complete when it has data and a model", "[runtime][config]") {
  auto j = parse(mnist);
  const auto error = [&] { return failure_of(errc::config, [&] { dk::require_complete(j, "f.cfg"); }); };
  CHECK(error() == "no failure");
  j.model.input.clear();
  CHECK(error().find("f.cfg: has a model without a shape of its input") == 0);
  j.model.layers.clear();
  CHECK(error() == "f.cfg: has no model; give `input` and `layers` in [model], or `keras`");
  j.model.keras = "/m.json";
  CHECK(error() == "no failure");
  j.data.train.reset();
  CHECK(error().find("f.cfg: has no training data; give `train` in [data]") == 0);
}

TEST_CASE("a source on the command line is a path or a table", "[runtime][config]") {
  const temporary_folder folder;
  const auto csv = folder.write("x.csv", "a,b\n1,2\n");
  CHECK(dk::parse_source(csv) == spec{"csv", {{"path", csv}}});
  CHECK(dk::parse_source("{ format = \"csv\", path = \"" + csv + "\", label = \"b\" }") ==
        spec{"csv", {{"path", csv}, {"label", "b"}}});
  CHECK(failure_of(errc::config, [] { dk::parse_source("{ format = \"cvs\" }"); }).find("did you mean \"csv\"") !=
        std::string::npos);
}

TEST_CASE("[laboratory] is read and written back", "[runtime][config]") {
  const auto read = dk::parse_job(R"(seed = 9
[trainer]
workers = 4
[laboratory]
computing = "log_normal"
rows_per_second = 1000
stragglers = 0.25
factors = [1, 2.5]
latency = 0.001
bandwidth = 1e9
drop_rate = 0.1
kills = [ { worker = 3, at = 1.5 }, { worker = 0, at = 2 } ]
joins = [ { worker = 3, at = 4 } ]
join_rate = 0.5
dry = true
rows = 100
)",
                                  "f.cfg", "/base");
  const auto& world = read.laboratory;
  CHECK(world.seed == 9);
  CHECK(world.factors == std::vector<double>{1, 2.5});
  REQUIRE(world.kills.size() == 2);
  CHECK(world.kills[0].worker == 3);
  CHECK(world.kills[0].at == 1.5);
  CHECK(dk::parse_job(dk::to_toml(read), "again.cfg", "/base") == read);
  CHECK(dk::parse_job("[laboratory]\nseed = 5", "f.cfg", "/base").laboratory.seed == 5);
}

TEST_CASE("hosts of the laboratory have a shard each", "[runtime][config]") {
  const auto parsed = [](const std::string& text) { return dk::parse_job(text, "f.cfg", "/base"); };
  const auto read = parsed("[laboratory]\nhosts = 8\nrow_bytes = 785");
  CHECK(read.laboratory.hosts == 8);
  CHECK(read.laboratory.row_bytes == 785.0);
  CHECK(read.trainer.servers == 8);
  CHECK(dk::parse_job(dk::to_toml(read), "again.cfg", "/base") == read);
  CHECK(parsed("[laboratory]\nhosts = 256").trainer.servers == 64);
  CHECK(parsed("[laboratory]\nhosts = 8\nservers = \"driver\"").trainer.servers == 1);
  CHECK(parsed("[laboratory]\nhosts = 8\n[trainer]\nservers = 2").trainer.servers == 2);
  CHECK(dk::to_toml(parsed("")).find("row_bytes") == std::string::npos);
  CHECK(dk::to_toml(parsed("[laboratory]\nhosts = 2")).find("row_bytes") == std::string::npos);
}

TEST_CASE("what is wrong with the laboratory's hosts is named", "[runtime][config]") {
  const auto refused = [](const std::string& text) {
    return failure_of(errc::config, [&] { dk::parse_job("[laboratory]\n" + text, "f.cfg", "/base"); });
  };
  CHECK(refused("hosts = -1") == "f.cfg:2:9: `hosts` in [laboratory] is -1, expected a whole number from 0 to 65,536");
  CHECK(refused("hosts = 2.5").find("`hosts` in [laboratory] is 2.5, expected a whole number") != std::string::npos);
  CHECK(refused("hosts = 2\nservers = \"nodes\"") ==
        "f.cfg:3:11: `servers` in [laboratory] is \"nodes\", expected one of: hosts, driver");
  CHECK(refused("hosts = 2\nrow_bytes = -1").find("`row_bytes` in [laboratory] is -1, expected a number from 0 to") !=
        std::string::npos);
  CHECK(refused("servers = \"driver\"") == "f.cfg:2:11: `servers` = \"driver\" in [laboratory] needs `hosts`");
  CHECK(refused("row_bytes = 4") == "f.cfg:2:13: `row_bytes` = 4 in [laboratory] needs `hosts`");
}
