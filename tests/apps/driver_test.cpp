// dk_driver from outside: what it writes, prints and returns.

#include "tests/jobs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json json_file(const std::string& path) {
  INFO(path);
  return json::parse(content_of(path));
}

std::vector<json> json_lines(const std::string& path) {
  std::vector<json> all;
  for (const auto& line : lines_of(content_of(path)))
    all.push_back(json::parse(line));
  return all;
}

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items())
    keys.push_back(key);
  return keys;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a run's folder holds every file, and each can be read", "[apps][driver]") {
  const toy_job job;
  const auto got = job.train({"--out", "run", "--set", "data.validation=0.1"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  names found;
  for (const auto& entry : fs::directory_iterator{job.path("run")})
    found.push_back(entry.path().filename().string());
  std::sort(found.begin(), found.end());
  CHECK(found == names{"best.h5", "checkpoints", "commits.jsonl", "config.resolved.toml", "history.csv",
                       "history.jsonl", "initial.h5", "log.txt", "model.h5", "pipeline.json", "result.json",
                       "validation.jsonl"});

  const auto commits = json_lines(job.path("run/commits.jsonl"));
  REQUIRE(commits.size() == 34); // a header, then 3 epochs of 540 rows in chunks of 50
  CHECK(commits[0].at("log") == "dk-commits");
  CHECK(keys_of(commits[0]) == names{"algorithm", "arithmetic", "batch_size", "communication_window", "epochs", "keys",
                                     "log", "policy", "rows", "seed", "servers", "shuffle", "version", "workers"});
  for (std::size_t i = 1; i < commits.size(); ++i) {
    const auto keys = keys_of(commits[i]);
    for (const auto* key : {"base", "chunk", "epoch", "rows", "scale", "shard", "staleness", "t", "verdict", "version",
                            "worker", "norm", "distance"}) // all of a short run are measured
      CHECK(commits[i].contains(key));
    CHECK(keys.size() == (commits[i].contains("cosine") ? 14 : 13));
    CHECK(commits[i].at("version") == i);
    CHECK(commits[i].at("staleness") == i - 1 - commits[i].at("base").get<std::size_t>());
  }
  const auto history = json_lines(job.path("run/history.jsonl"));
  REQUIRE(history.size() == 33);
  CHECK(keys_of(history[0]) == names{"accuracy", "batches", "chunk", "epoch", "loss", "rows", "seconds", "staleness",
                                     "t", "waiting", "worker"});
  for (std::size_t i = 1; i < history.size(); ++i)
    CHECK(history[i - 1].at("t") <= history[i].at("t"));
  const auto table = lines_of(content_of(job.path("run/history.csv")));
  REQUIRE(table.size() == 34);
  CHECK(table[0] == "t,worker,epoch,chunk,rows,batches,loss,accuracy,seconds,waiting,staleness");
  const auto validation = json_lines(job.path("run/validation.jsonl"));
  CHECK(keys_of(validation.at(0)) ==
        names{"accuracy", "best", "epoch", "loss", "rows", "seconds", "t", "trained", "versions"});
  CHECK(validation.back().at("versions") == json({33}));
  CHECK(validation.back().at("rows") == 60);
  CHECK(json_file(job.path("run/result.json")).at("rows").at("applied") == 1620);
  CHECK(content_of(job.path("run/log.txt")).find("worker 0 joined") != std::string::npos);
  CHECK(fs::exists(job.path("run/checkpoints/shard-00/000000000033.dkc")));
  for (const auto* model : {"run/initial.h5", "run/model.h5"})
    CHECK(run({DK_DRIVER, "summary", job.path(model)}).out.find("Total params: 42 ") != std::string::npos);
}

TEST_CASE("the option --json prints one object with the documented keys", "[apps][driver]") {
  const toy_job job;
  const auto got = job.train({"--out", "run", "--json"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  REQUIRE(lines_of(got.out).size() == 1);
  const auto result = json::parse(got.out);
  CHECK(keys_of(result) == names{"accuracy", "algorithm", "epochs", "folder", "loss", "name", "rows",
                                 "samples_per_second", "staleness", "stopped", "test", "training_seconds", "updates",
                                 "versions", "weights", "workers", "workers_lost"});
  CHECK(keys_of(result.at("rows")) ==
        names{"applied", "balanced", "doubled", "duplicates", "expected", "fenced", "lost", "redone"});
  CHECK(keys_of(result.at("staleness")) == names{"histogram", "mean"});
  CHECK(keys_of(result.at("workers").at(0)) ==
        names{"bytes_per_exchange", "chunks", "computing_seconds", "cosine", "distance", "measured", "received_bytes",
              "rows", "scale", "sent_bytes", "staleness", "update_norm", "waiting_seconds", "worker"});
  CHECK(result.at("workers").at(0).at("bytes_per_exchange").at("sent") == 168); // 42 weights
  CHECK(result.at("workers").at(0).at("update_norm") > 0);
  CHECK(result.at("workers").at(0).at("distance").is_number());
  REQUIRE(result.at("epochs").size() == 3);
  CHECK(keys_of(result.at("epochs").at(2)) == names{"accuracy", "epoch", "loss", "rows", "workers"});
  CHECK(result.at("epochs").at(2).at("rows") == 600);
  CHECK(result.at("rows").at("balanced") == true);
  CHECK(result.at("rows").at("applied") == 1800);
  CHECK(result.at("updates") == 36);
  CHECK(result.at("folder") == "run");
  CHECK(result == json_file(job.path("run/result.json")));
}

TEST_CASE("the option --print-config prints a config that says the same", "[apps][driver]") {
  const toy_job job;
  const auto first = job.train({"--print-config", "--set", "trainer.algorithm=aeasgd"});
  REQUIRE(first.status == 0);
  CHECK(first.err.empty());
  CHECK(first.out.find("rho = 5.0") != std::string::npos);
  const auto again = run({DK_DRIVER, job.folder.write("again.cfg", first.out), "--print-config"});
  CHECK(again.status == 0);
  CHECK(again.out == first.out);
}

TEST_CASE("the option --dry-run says what would be done, and does nothing", "[apps][driver]") {
  const toy_job job;
  const auto got = job.train({"--dry-run"});
  CHECK(got.status == 0);
  CHECK(got.out.empty());
  CHECK(got.err.find("600 rows, 3 epochs of 12 chunks (5 batches of 10); adag with 2 workers") != std::string::npos);
  CHECK_FALSE(fs::exists(job.path("runs")));
  const auto plan = nlohmann::json::parse(job.train({"--dry-run", "--json", "-q"}).out);
  CHECK(plan.at("rows") == 600);
  CHECK(plan.at("epochs") == 3);
  CHECK(plan.at("algorithm") == "adag");
  CHECK(plan.at("workers") == 2);
  CHECK(plan.at("weights") == 42);
  CHECK(plan.at("nodes").empty());
  CHECK_FALSE(fs::exists(job.path("runs")));
}

TEST_CASE("results go to stdout, all else to stderr, and -q is quiet", "[apps][driver]") {
  const toy_job job;
  const auto loud = job.train();
  CHECK(loud.status == 0);
  CHECK(loud.err.find("Total params: 42") != std::string::npos);
  const auto lines = lines_of(loud.out);
  REQUIRE(lines.size() > 4);
  CHECK(lines[0].find("test accuracy 0.") == 0);
  CHECK(lines[1].find("trained ") == 0);
  CHECK(lines[2].find("staleness, mean ") == 0);
  CHECK(line_with(loud.out, "results in ").find("results in runs/") == 0);
  CHECK(rows_balance(loud.out));
  CHECK(loud.out.find('\x1b') == std::string::npos);
  CHECK(loud.err.find('\x1b') == std::string::npos);
  const auto quiet = job.train({"-q"});
  CHECK(quiet.status == 0);
  CHECK(quiet.err.empty());
  CHECK(rows_balance(quiet.out));
}

TEST_CASE("a command's help shows its own examples, and the program's one of each command", "[apps][driver]") {
  const auto examples_in = [](const outcome& help) {
    std::vector<std::string> commands;
    for (const auto& line : lines_of(help.out))
      if (line.rfind("  dk_driver ", 0) == 0)
        commands.push_back(line.substr(12, line.find(' ', 12) - 12));
    return commands;
  };
  const names all{"evaluate", "predict", "prepare", "summary", "replay", "simulate",
                  "export",   "plot",    "trace",   "compare", "sweep"};
  const auto of_program = examples_in(run({DK_DRIVER, "--help"}));
  CHECK(of_program.size() == all.size() + 2);
  for (const auto& command : all) {
    INFO(command);
    const auto own = examples_in(run({DK_DRIVER, command, "--help"}));
    CHECK((own.size() == 1 || own.size() == 2));
    CHECK(std::count(own.begin(), own.end(), command) == static_cast<std::ptrdiff_t>(own.size()));
    CHECK(std::count(of_program.begin(), of_program.end(), command) == 1);
  }
}

TEST_CASE("a setting beats the environment, which beats the file", "[apps][driver]") {
  const toy_job job;
  const auto workers = [&](const std::vector<std::string>& more, const std::map<std::string, std::string>& variables) {
    auto command = job.command({"--print-config"});
    command.insert(command.end(), more.begin(), more.end());
    return line_with(run(command, {variables, ""}).out, "workers = ");
  };
  CHECK(workers({}, {}) == "workers = 2");
  CHECK(workers({}, {{"DK_TRAINER_WORKERS", "3"}}) == "workers = 3");
  CHECK(workers({"--set", "trainer.workers=4"}, {{"DK_TRAINER_WORKERS", "3"}}) == "workers = 4");
}

TEST_CASE("a resumed run warns once of a key that has another name now", "[apps][driver]") {
  const toy_job job;
  REQUIRE(job.train({"-q", "--out", "run", "--set", "trainer.epochs=1"}).status == 0);
  auto config = content_of(job.path("run/config.resolved.toml"));
  const std::string now = "drop_rate = ";
  REQUIRE(config.find(now) != std::string::npos);
  job.folder.write("run/config.resolved.toml", config.replace(config.find(now), now.size(), "loss = "));
  const auto got = run({DK_DRIVER, "--resume", "run", "--set", "trainer.epochs=2"}, {{}, job.path("")});
  REQUIRE(got.status == 0);
  const auto warned = got.err.find("`loss` in [laboratory] is called `drop_rate` now");
  CHECK(warned != std::string::npos);
  CHECK(got.err.find("is called", warned + 60) == std::string::npos);
}

TEST_CASE("two runs at once get folders of their own", "[apps][driver]") {
  const toy_job job;
  process one{job.command({"-q"}), {{}, job.path("")}};
  process two{job.command({"-q"}), {{}, job.path("")}};
  CHECK(one.wait() == 0);
  CHECK(two.wait() == 0);
  const auto first = line_with(one.out(), "results in ");
  const auto second = line_with(two.out(), "results in ");
  CHECK(first != second);
  for (const auto& line : {first, second})
    CHECK(json_file(job.path(line.substr(11) + "/result.json")).at("rows").at("balanced") == true);
}

TEST_CASE("evaluate finds the accuracy that the run printed", "[apps][driver]") {
  const toy_job job;
  const auto trained = job.train({"--out", "run"});
  REQUIRE(trained.status == 0);
  const auto printed = line_with(trained.out, "test ");
  const auto found = run({DK_DRIVER, "evaluate", "--model", job.path("run")});
  CHECK(found.status == 0);
  CHECK("test " + lines_of(found.out).at(0) == printed);
  const auto as_json = run({DK_DRIVER, "evaluate", "--model", job.path("run/model.h5"), "--data", job.data, "--json"});
  const auto result = json::parse(as_json.out);
  CHECK(keys_of(result) ==
        names{"accuracy", "auc", "classes", "confusion", "f1", "log_loss", "loss", "precision", "recall", "rows"});
  CHECK(result.at("accuracy") == json_file(job.path("run/result.json")).at("accuracy"));
}

TEST_CASE("summary shows a model's layers, or the columns of data", "[apps][driver]") {
  const toy_job job;
  REQUIRE(job.train({"--out", "run", "-q"}).status == 0);
  const auto model = run({DK_DRIVER, "summary", job.path("run")});
  CHECK(model.status == 0);
  CHECK(model.out.find("dense_1 (Dense)") != std::string::npos);
  const auto data = run({DK_DRIVER, "summary", job.data});
  CHECK(data.status == 0);
  CHECK(lines_of(data.out).at(0) == "600 rows");
  CHECK(line_with(data.out, "  label").find("0 to 1") != std::string::npos);
}

TEST_CASE("h5py opens the model file", "[apps][driver]") {
  const std::string python = "/usr/bin/python3";
  if (!fs::exists(python) || run({python, "-c", "import h5py"}).status != 0) {
    WARN("skipped: " << python << " has no h5py; install python3-h5py");
    return;
  }
  const toy_job job;
  REQUIRE(job.train({"--out", "run", "-q"}).status == 0);
  const auto got = run({python, "-c",
                        "import h5py, sys\nf = h5py.File(sys.argv[1], 'r')\nw = f['model_weights']\n"
                        "print([n.decode() if isinstance(n, bytes) else n for n in w.attrs['layer_names']], "
                        "w['dense/dense/kernel:0'].shape, w['dense_1/dense_1/bias:0'].shape)",
                        job.path("run/model.h5")});
  INFO(got.err);
  CHECK(got.out == "['dense', 'dense_1'] (2, 8) (2,)\n");
}
