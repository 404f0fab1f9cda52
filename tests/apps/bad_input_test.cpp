// What a person sees who gives a program something that it cannot use: one line that starts with a stable code and
// says what, where, why and what to do; and the exit status of that code.

#include "tests/apps/refusal.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace dk::test;

namespace {

std::string idx(unsigned char type, const std::vector<unsigned>& sizes, const std::string& body) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const auto size : sizes)
    for (const unsigned shift : {24U, 16U, 8U, 0U})
      bytes += static_cast<char>(size >> shift & 255U);
  return bytes + body;
}

std::string idx_source(const std::string& features, const std::string& labels) {
  return R"(data.train={format="idx",features=")" + features + R"(",labels=")" + labels + "\"}";
}

std::vector<std::string> set(const std::vector<std::string>& settings) {
  std::vector<std::string> all;
  for (const auto& setting : settings) {
    all.emplace_back("--set");
    all.push_back(setting);
  }
  return all;
}

// A port that answers a connection and then says nothing.
class silent_listener {
public:
  silent_listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&where), size) == 0);
    REQUIRE(::listen(socket_, 8) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&where), &size);
    port = ntohs(where.sin_port);
  }
  silent_listener(const silent_listener&) = delete;
  silent_listener& operator=(const silent_listener&) = delete;
  ~silent_listener() { close_it(); }
  void close_it() {
    if (socket_ >= 0)
      ::close(socket_);
    socket_ = -1;
  }

  int port = 0;

private:
  int socket_;
};

} // namespace

TEST_CASE("a command line that cannot be meant", "[apps][bad_input]") {
  expect(run({DK_DRIVER}), 2, "E_USAGE", {"no config", "--help"});
  expect(run({DK_DRIVER, "--epoch", "3"}), 2, "E_USAGE", {"--epoch", "--help"});
  for (const auto* option : {"--out", "--nodes", "--resume"}) // as the shell makes of a variable that is not set
    expect(run({DK_DRIVER, "x.cfg", option, ""}), 2, "E_USAGE", {option, "is empty"});
  expect(run({DK_DRIVER, "prepare", "x.cfg", "--out", ""}), 2, "E_USAGE", {"--out", "is empty"});
  expect(run({DK_DRIVER, "export", "none", "--out", "x.onnx"}), 4, "E_MODEL", {"none: no such file or folder"});
  expect(run({DK_DRIVER, "evaluate"}), 2, "E_USAGE", {"--model is missing", "dk_driver evaluate --help"});
  expect(run({DK_DRIVER, "summary"}), 2, "E_USAGE", {"MODEL_OR_DATA is missing", "dk_driver summary --help"});
  expect(run({DK_DRIVER, "evalute", "--model", "x"}), 2, "E_USAGE",
         {"unknown command evalute; did you mean evaluate?"});
  expect(run({DK_DRIVER, "plott.cfg"}), 2, "E_CONFIG", {"plott.cfg", "no such config file"});
  expect(run({DK_NODE, "--port", "7"}), 2, "E_USAGE", {"--port", "--help"});
  expect(run({DK_NODE, "--listen", "7077"}), 2, "E_USAGE", {"--listen: \"7077\"", "HOST:PORT"});
  expect(run({DK_NODE, "--workers", "0"}), 2, "E_USAGE", {"--workers", "0", "1 to 10000"});
  expect(run({DK_NODE, "--listen", "0.0.0.0:0"}), 2, "E_USAGE", {"0.0.0.0:0", "not a loopback", "--insecure"});
}

TEST_CASE("a name that is loopback here is told", "[apps][bad_input]") {
  process node{{DK_NODE, "--listen", "2130706433:0", "--workers", "1", "--insecure"}}; // 127.0.0.1 as a number
  REQUIRE(eventually(seconds{30}, [&] { return lines_of(node.out()).size() >= 4; }));
  CHECK(lines_of(node.out())[3].find(" --workers 1 --insecure") != std::string::npos); // whoever joins needs them, too
  CHECK(node.err().find("2130706433 is 127.0.0.1 on this host, which no other host reaches") != std::string::npos);
  CHECK(node.err().find("without any authentication") == std::string::npos);
  node.send(SIGHUP); // as when its terminal is closed
  CHECK(node.wait() == 129);
}

TEST_CASE("a variable that no config has is refused", "[apps][bad_input]") {
  const toy_job job;
  const auto with = [&](const std::string& name) {
    return run(job.command({"--print-config"}), {{{name, "3"}}, job.path("")});
  };
  expect(with("DK_TRAINER_WORKER"), 2, "E_CONFIG",
         {"DK_TRAINER_WORKER", "did you mean \"DK_TRAINER_WORKERS\"?", "unset"});
  expect(with("DK_DATA_TRIAN"), 2, "E_CONFIG", {"DK_DATA_TRIAN", "did you mean \"DK_DATA_TRAIN\"?"});
  expect(with("DK_TRAINER_OPTIMIZER_LEARNING_RATE"), 2, "E_CONFIG",
         {"no config has this key", "use --set trainer.optimizer.learning_rate=VALUE"});
  for (const auto* fine : {"DK_TRAINER_WORKERS", "DK_TRAINER_RHO", "DK_ADDRESS", "DK_TOKEN", "OTHER"}) {
    const auto got = with(fine);
    INFO(fine);
    CHECK(got.status == 0);
    CHECK(got.err.empty());
  }
  const auto other = with("DK_SEEDS");
  CHECK(other.status == 0);
  CHECK(other.err.find("DK_SEEDS: nothing reads it (did you mean \"DK_SEED\"?)") != std::string::npos);
}

TEST_CASE("times that no clock can keep", "[apps][bad_input]") {
  const toy_job job;
  for (const std::string key : {"request_timeout", "heartbeat", "connection_timeout"})
    for (const std::string value : {"1e-9", "0", "-1", "1e9"})
      expect(job.train(set({"cluster." + key + "=" + value})), 2, "E_CONFIG", {key, "from 0.001 to 1,000,000"});
}

TEST_CASE("more rows than can be counted", "[apps][bad_input]") {
  const toy_job job;
  expect(job.train(set({"trainer.epochs=4294967296"})), 2, "E_CONFIG", {"`epochs`", "from 1 to 1,000,000,000"});
}

TEST_CASE("a config that cannot be read", "[apps][bad_input]") {
  const temporary_folder folder;
  const auto config = [&](const std::string& text) { return run({DK_DRIVER, folder.write("bad.cfg", text)}); };
  const auto at = folder.path("bad.cfg");
  expect(run({DK_DRIVER, folder.path("none.cfg")}), 2, "E_CONFIG", {"none.cfg", "no such config file", "check"});
  expect(run({DK_DRIVER, folder.path("")}), 2, "E_CONFIG", {"is a folder", "name the config"});
  expect(config("[trainer]\n  epoch = 2\n"), 2, "E_CONFIG",
         {at + ":2:3: ", "unknown key `epoch` in [trainer]", "did you mean \"epochs\"?"});
  expect(config("[trainer]\nworkers = \"two\"\n"), 2, "E_CONFIG", {at + ":2:11: ", "\"two\"", "a whole number"});
  expect(config("[trainer\nworkers = 2\n"), 2, "E_CONFIG", {at + ":1:9: ", "not valid TOML"});
  expect(config(""), 2, "E_CONFIG", {at, "no training data", "train = "});
  expect(config("[model]\ninput = [2]\nlayers = [ { dense = 2, trainable = \"no\" } ]\n"), 2, "E_CONFIG",
         {at + ":3:", "`trainable` is \"no\", expected true or false"});
  expect(config("[model]\ntrainable = \"no\"\n"), 2, "E_CONFIG",
         {at + ":2:13: ", "`trainable` in [model] is \"no\"", "a list of names of layers"});
}

TEST_CASE("a config that asks for what there is not", "[apps][bad_input]") {
  const toy_job job;
  const auto with = [&](const std::vector<std::string>& settings) { return job.train(set(settings)); };
  expect(with({"trainer.algorithm=adagg"}), 2, "E_CONFIG", {"\"adagg\"", "single, ensemble, sync", "did you mean"});
  expect(with({"model.layers=[{dens=2}]"}), 2, "E_CONFIG", {"{\"dens\":2}", "dense, activation", "did you mean"});
  expect(with({R"(trainer.optimizer={name="rmsprop",momentum=0.5,epsilon_outside=true})"}), 2, "E_CONFIG",
         {"epsilon_outside", "momentum", "leave one out"});
  expect(with({"trainer.optimizer=adma"}), 2, "E_CONFIG", {"\"adma\"", "did you mean \"adam\"?"});
  expect(with({"trainer.loss=msee"}), 2, "E_CONFIG", {"\"mse\"", "mean_squared_error"});
  expect(with({R"(model.layers=[{dense=2,activation="rleu"}])"}), 2, "E_CONFIG", {"\"rleu\"", "\"relu\""});
  expect(with({"trainer.workers=0"}), 2, "E_CONFIG", {"`workers`", "is 0", "from 1 to 65,536"});
  expect(with({"trainer.algorithm=single", "trainer.workers=3"}), 2, "E_CONFIG",
         {"trainer.workers = 3", "single", "set workers = 1"});
  expect(with({"trainer.algorithm=ensemble", "trainer.data=halves"}), 2, "E_CONFIG", {"\"halves\"", "\"bootstrap\""});
  expect(with({"trainer.algorithm=sync", "trainer.overlap=true"}), 2, "E_CONFIG", {"rounds", "leave overlap out"});
  expect(with({"trainer.threads=0"}), 2, "E_CONFIG", {"`threads`", "is 0", "from 1 to 1,024"});
  expect(with({"trainer.algorithm=adag", "trainer.threads=2"}), 2, "E_CONFIG",
         {"trainer.threads = 2", "adag", "raise workers"});
  expect(with({"trainer.workers=601"}), 2, "E_CONFIG", {"trainer.workers = 601", "600 rows", "lower it"});
  expect(with({"trainer.servers=60"}), 2, "E_CONFIG", {"trainer.servers = 60", "weights", "lower it"});
  expect(with({"model.input=[3]"}), 2, "E_SHAPE", {"takes 3", "points.csv has 2", "model.input"});
  expect(with({"trainer.loss=mean_squared_error"}), 2, "E_SHAPE", {"2 outputs", "label has 1", "one_hot"});
  expect(with({"cluster.nodes=[\"host1\"]"}), 2, "E_CONFIG", {"\"host1\"", "HOST:PORT"});
}

TEST_CASE("an accuracy that numbers have not", "[apps][bad_input]") {
  const toy_job job;
  const auto with = [&](const std::string& more) {
    return job.train(set({"model.layers=[{dense=1}]", "trainer.loss=mean_squared_error", more}));
  };
  expect(with("trainer.stop={accuracy=0.9}"), 2, "E_CONFIG", {"trainer.stop.accuracy", "numbers", "use the loss"});
  expect(with("trainer.monitor=accuracy"), 2, "E_CONFIG", {"trainer.monitor", "numbers", "use the loss"});
  expect(job.train(set({R"(trainer.metrics=["mae"])"})), 2, "E_SHAPE", {"mae", "not a class number", "accuracy"});
}

TEST_CASE("predictions that cannot be meant", "[apps][bad_input]") {
  const toy_job job;
  REQUIRE(job.train({"--out", "run", "-q"}).status == 0);
  REQUIRE(job.train({"--out", "numbers", "-q", "--set", "model.layers=[{dense=1}]", "--set",
                     "trainer.loss=mean_squared_error"})
              .status == 0);
  const auto predict = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {DK_DRIVER, "predict", "--data"});
    return run(arguments, {{}, job.path("")});
  };
  expect(predict({"points.csv", "--model", "run", "--raw", "--proba"}), 2, "E_USAGE",
         {"--raw", "--proba", "cannot be combined"});
  expect(predict({"points.csv", "--model", "numbers", "--proba"}), 2, "E_USAGE", {"numbers", "leave --proba out"});
  expect(predict({"points.csv", "--model", "run", "--as", "xml"}), 2, "E_USAGE", {"--as xml", "csv or jsonl"});
  job.folder.write("taken.csv", "x,y,output_1\n1,1,2\n");
  expect(predict({"taken.csv", "--model", "run"}), 3, "E_DATA", {"taken.csv", "`output_1`", "--prefix", "--columns"});
  job.folder.write("twice.jsonl", "{\"x\": 1, \"y\": 1, \"id\": 1, \"id\": 2}\n");
  expect(predict({"twice.jsonl", "--model", "run"}), 3, "E_DATA", {"twice.jsonl", "`id` twice", "rename one"});
  job.folder.write("short.csv", "x,z\n1,1\n");
  expect(predict({"short.csv", "--model", "run"}), 3, "E_DATA", {"short.csv", "no column `y`", "it has x, z"});
}

TEST_CASE("60,001 workers on 60,000 rows are too many", "[apps][bad_input]") {
  const toy_job job{60'000};
  expect(job.train(set({"trainer.workers=60001"})), 2, "E_CONFIG",
         {"trainer.workers = 60001", "60000 rows", "lower it"});
}

TEST_CASE("CSV data that cannot be used", "[apps][bad_input]") {
  const toy_job job;
  const auto data = [&](const std::string& text) {
    job.folder.write("bad.csv", text);
    return job.train(set({R"(data.train={format="csv",path="bad.csv"})"}));
  };
  const auto at = job.path("bad.csv");
  std::filesystem::create_directory(job.path("folder"));
  expect(job.train(set({R"(data.train={format="csv",path="none.csv"})"})), 3, "E_DATA",
         {job.path("none.csv"), "no such file", "check the path"});
  expect(job.train(set({R"(data.train={format="csv",path="folder"})"})), 3, "E_DATA",
         {job.path("folder"), "is a folder", "name a file"});
  expect(data(""), 3, "E_DATA", {at, "empty"});
  expect(data("x,y,label\n"), 3, "E_DATA", {at + ": has a header but no rows", "add rows"});
  expect(data("x,y,label\n1,2,0\n1,abc,1\n"), 3, "E_DATA", {at + ":3:3: ", "\"abc\"", "number"});
  expect(data("x,y,label\n1,2,0\n1,nan,1\n"), 3, "E_DATA", {at, "row 1", "nan", "finite", "correct or remove"});
  expect(data("x,y,label\n1,2,0\n1,2\n"), 3, "E_DATA", {at + ":3", "2 fields", "has 3"});
  expect(data("x,y,label\n1,2,0\n1,2,7\n"), 3, "E_DATA", {at, "row 1", "label 7", "from 0 to 1", "correct it"});
  expect(data("1,2,0\n1,2,1\n"), 3, "E_DATA", {at + ":1", "header"});
}

TEST_CASE("IDX data that cannot be used", "[apps][bad_input]") {
  const toy_job job;
  const auto& folder = job.folder;
  const auto two_labels = folder.write("labels", idx(8, {2}, std::string{'\0', '\1'}));
  const auto images = folder.write("images", idx(8, {2, 2}, "abcd"));
  const auto data = [&](const std::string& bytes) {
    return job.train(set({idx_source(folder.write("bad.idx", bytes), two_labels)}));
  };
  const auto at = folder.path("bad.idx");
  expect(data(""), 3, "E_DATA", {at, "empty", "fetch it again"});
  expect(data(idx(8, {2, 2}, "abc")), 3, "E_DATA", {at, "cut short", "promises 4", "it has 3", "fetch it again"});
  expect(data("not IDX at all"), 3, "E_DATA", {at, "not an IDX file", "6e 6f 74 20", "check the path"});
  expect(data(idx(8, {3, 2}, "abcdef")), 3, "E_DATA", {"2 rows", "3"});
  const auto nine = folder.write("nine", idx(8, {2}, std::string{'\1', '\11'}));
  expect(job.train(set({idx_source(images, nine), R"(data.transforms=[{one_hot={column="label",classes=2}}])"})), 3,
         "E_DATA", {nine, "row 1", "holds 9", "from 0 to 1", "`classes`"});
  expect(job.train(set({idx_source(images, nine)})), 3, "E_DATA", {nine, "row 1", "label 9", "from 0 to 1"});
}

TEST_CASE("a run that is in the way, or is none", "[apps][bad_input]") {
  const toy_job job;
  REQUIRE(job.train({"--out", "first", "-q"}).status == 0);
  check_refused(job.train({"--out", "first"}), 2, "E_USAGE", {"first", "holds a run", "--resume"}); // before all work
  const auto here = job.path("");
  const auto driver = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), DK_DRIVER);
    return run(arguments, {{}, here});
  };
  std::filesystem::create_symlink("loop", job.path("loop"));
  expect(driver({"loop"}), 2, "E_CONFIG", {"loop", "symbolic links"});
  for (const std::string none : {"loop", "points.csv"})
    expect(driver({"--resume", none}), 4, "E_CKPT", {none, "is no folder", "name a run"});
  expect(job.train({"--out", "loop/run"}), 10, "E_RESOURCES", {"loop/run", "choose another --out"});
  expect(driver({"summary", "loop"}), 3, "E_DATA", {"loop", "symbolic links"});
  expect(driver({"--resume", "none"}), 4, "E_CKPT", {"none", "no such folder", "name a run"});
  expect(driver({job.config, "--resume", "first"}), 2, "E_USAGE",
         {"config ", "points.cfg cannot be combined", "--resume first", "--set"});
  expect(driver({"--resume", "first", "--out", "second"}), 2, "E_USAGE", {"--out", "--resume first", "leave it out"});
  expect(driver({"--resume", here}), 4, "E_CKPT", {here, "not a run's folder", "config.resolved.toml", "name"});
  for (const auto& file : std::filesystem::recursive_directory_iterator{job.path("first/checkpoints")})
    if (file.is_regular_file())
      std::filesystem::resize_file(file.path(), file.file_size() - 1);
  expect(driver({"--resume", "first"}), 4, "E_CKPT", {"shard 0", "no valid checkpoint", "torn", "start"});
  expect(driver({"evaluate", "--model", "none.h5"}), 4, "E_MODEL",
         {"none.h5", "no such file or folder", "name a model file"});
  std::filesystem::resize_file(job.path("first/model.h5"), 3000);
  expect(driver({"evaluate", "--model", "first/model.h5", "--data", job.data}), 4, "E_MODEL",
         {"first/model.h5", "cut short"});
}

TEST_CASE("a folder that cannot be written", "[apps][bad_input]") {
  const toy_job job;
  // a file where a folder is needed: that stops root too
  expect(job.train({"--out", job.data + "/run"}), 10, "E_RESOURCES", {"points.csv/run", "choose another --out"});
}

TEST_CASE("a training that blows up", "[apps][bad_input]") {
  const toy_job job;
  const auto blown = R"(trainer.optimizer={name="sgd",learning_rate=1e30})";
  const auto relu = R"(model.layers=[{dense=8,activation="relu"},{dense=2,activation="softmax"}])"; // tanh saturates
  expect(job.train(set({relu, blown})), 9, "E_DIVERGED", {"not finite", "chunk e", "lower learning_rate"});
  expect(job.train(set({relu, blown, "trainer.algorithm=single", "trainer.workers=1"})), 9, "E_DIVERGED",
         {"not finite", "chunk e0/c0", "lower learning_rate"});
}

TEST_CASE("options before a command", "[apps][bad_input]") {
  const toy_job job;
  const auto driver = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), DK_DRIVER);
    return run(arguments, {{}, job.path("")});
  };
  check_refused(driver({"--set", "trainer.workers=20", "simulate", job.config}), 2, "E_USAGE",
                {"--set stands before simulate", "put it after"});
  check_refused(driver({"--json", "evaluate", "--model", "run"}), 2, "E_USAGE", {"--json stands before evaluate"});
  check_refused(driver({"none.cfg", "evaluate", "--model", "run"}), 2, "E_USAGE", {"none.cfg stands before evaluate"});
}

TEST_CASE("nodes that cannot be used", "[apps][bad_input]") {
  const toy_job job;
  silent_listener listener;
  const auto address = "127.0.0.1:" + std::to_string(listener.port);
  const auto begun = std::chrono::steady_clock::now();
  expect(job.train({"--nodes", address, "--out", "run", "--set", "cluster.request_timeout=0.5"}), 5, "E_CONNECT",
         {address, "no answer within 500 ms", "is dk_node running"});
  CHECK(std::chrono::steady_clock::now() - begun < seconds{20});
  expect(run({DK_NODE, "--listen", address}), 5, "E_BIND", {address, "in use", "--listen"});
  for (const auto& list : {address + ",", "," + address, std::string{","}}) // an address is missing
    expect(job.train({"--nodes", list, "--out", "run"}), 2, "E_CONFIG", {"\"\" is not an address", "HOST:PORT"});
  expect(run({DK_DRIVER, "evaluate", "--model", "m.h5", "--data", "d.csv", "--nodes", address + ","}), 2, "E_USAGE",
         {"--nodes: \"\" is not an address", "HOST:PORT"});
  listener.close_it();
  expect(job.train({"--nodes", address, "--out", "run"}), 5, "E_CONNECT", {address, "is dk_node running"});
  CHECK_FALSE(std::filesystem::exists(job.path("run"))); // so that the same command may be tried again
}

TEST_CASE("a port that another node has, and a node that is too small", "[apps][bad_input]") {
  const toy_job job;
  process node{{DK_NODE, "--listen", "127.0.0.1:0", "--workers", "1"}};
  REQUIRE(eventually(seconds{30}, [&] { return lines_of(node.out()).size() >= 2; }));
  const auto words = lines_of(node.out())[1];
  const auto address = words.substr(words.rfind(' ') + 1);
  expect(run({DK_NODE, "--listen", address}), 5, "E_BIND", {address, "in use", "port 0"});
  expect(job.train({"--nodes", address, "--out", "run"}), 8, "E_NODES",
         {"trainer.workers = 2", "the nodes offer 1", "--workers"});
  CHECK(job.train({"--nodes", address, "--out", "run", "--set", "trainer.workers=1"}).status == 0);
  node.send(SIGTERM);
  CHECK(node.wait() == 143);
}

TEST_CASE("too few file handles are told as such", "[apps][bad_input]") {
#ifdef DK_SANITIZED
  WARN("not tried under sanitizers: UBSan opens a pipe to look at memory, and takes none left for an error");
  return;
#endif
  const toy_job job;
  process node{{DK_NODE, "--listen", "127.0.0.1:0", "--workers", "6"}};
  REQUIRE(eventually(seconds{30}, [&] { return lines_of(node.out()).size() >= 2; }));
  const auto words = lines_of(node.out())[1];
  std::vector<std::string> command{"/bin/sh", "-c", "ulimit -n 15; exec \"$0\" \"$@\""};
  const auto driver =
      job.command({"--nodes", words.substr(words.rfind(' ') + 1), "--set", "trainer.workers=6", "--out", "run"});
  command.insert(command.end(), driver.begin(), driver.end());
  expect(run(command, {{}, job.path("")}), 10, "E_RESOURCES", {"its 15 file handles", "ulimit -n", "lower the number"});
}

TEST_CASE("the experiments name the driver that they lack", "[apps][bad_input]") {
  const auto got = run({"/usr/bin/env", "python3", DK_SOURCES "/scripts/experiments", "--driver", "none/dk_driver"});
  CHECK(got.status == 1);
  CHECK(got.err == "experiments: none/dk_driver is no program; build the release preset, or name one with --driver\n");
}
