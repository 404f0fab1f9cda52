// dk_driver simulate from outside.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// What happens to go wrong in a run of the toy job.
const std::string troubles = R"([laboratory]
computing = "log_normal"
batch_seconds = 0.1
latency = 0.01
drop_rate = 0.05
doubling = 0.1
kill_rate = 0.2
join_rate = 1.0
)";

struct simulated_toy : toy_job {
  simulated_toy() : toy_job(600, "epochs = 3\nservers = 2\n" + troubles) {}

  outcome simulate(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{DK_DRIVER, "simulate", "points.cfg"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all, {{}, path("")});
  }

  std::string refusal(const std::string& setting) const {
    const auto got = simulate({"--set", setting});
    CHECK(got.status == 2);
    CHECK(got.out.empty());
    CHECK_FALSE(fs::exists(path("runs")));
    return got.err;
  }
};

// result.json without the folder's name.
json result_in(const std::string& folder) {
  auto result = json::parse(content_of(folder + "/result.json"));
  result.erase("folder");
  return result;
}

} // namespace

TEST_CASE("simulate gives the same files every time", "[apps][simulate]") {
  const simulated_toy job;
  const auto first = job.simulate({"--out", "first"});
  INFO(first.err);
  REQUIRE(first.status == 0);
  CHECK(rows_balance(first.out));
  CHECK(line_with(first.out, "simulated in ") != "");
  CHECK(line_with(first.out, "test accuracy ") != "");
  CHECK(first.err.find("in the laboratory") != std::string::npos);
  const auto second = job.simulate({"--out", "second", "-q", "--json"});
  REQUIRE(second.status == 0);
  CHECK(json::parse(second.out).at("messages") > 1000);
  for (const std::string file : {"commits.jsonl", "history.jsonl", "history.csv", "model.h5", "initial.h5"}) {
    INFO(file);
    const auto content = content_of(job.path("first/" + file));
    CHECK_FALSE(content.empty());
    CHECK(content == content_of(job.path("second/" + file)));
  }
  CHECK(result_in(job.path("first")) == result_in(job.path("second")));
  REQUIRE(job.simulate({"--out", "third", "-q", "--set", "laboratory.seed=2"}).status == 0);
  CHECK(content_of(job.path("first/commits.jsonl")) != content_of(job.path("third/commits.jsonl")));
}

TEST_CASE("a simulated run is a run", "[apps][simulate]") {
  const simulated_toy job;
  REQUIRE(job.simulate({"--out", "run", "-q", "--set", "laboratory.kill_rate=0", "--set", "laboratory.drop_rate=0",
                        "--set", "laboratory.doubling=0"})
              .status == 0);
  CHECK(run({DK_DRIVER, "evaluate", "--model", "run"}, {{}, job.path("")}).status == 0);
  const auto again = run({DK_DRIVER, "replay", "run", "-q"}, {{}, job.path("")});
  INFO(again.err);
  CHECK(again.out.find("bit for bit") != std::string::npos);
}

TEST_CASE("a dry run needs no data and leaves no model", "[apps][simulate]") {
  const temporary_folder folder;
  folder.write("dry.cfg", "[laboratory]\ndry = true\nrows = 1000\n[trainer]\nworkers = 10\nbatch_size = 4\n");
  const auto got = run({DK_DRIVER, "simulate", "dry.cfg", "--out", "run", "-q"}, {{}, folder.path("")});
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(rows_balance(got.out));
  CHECK_FALSE(fs::exists(folder.path("run/model.h5")));
  CHECK(fs::exists(folder.path("run/config.resolved.toml")));
  CHECK(json::parse(content_of(folder.path("run/result.json"))).at("updates") == 50);
}

TEST_CASE("simulate says what is wrong in one line", "[apps][simulate]") {
  const simulated_toy job;
  const std::string set = "E_CONFIG --set ";
  CHECK(job.refusal("laboratory.drop_rate=1.5")
            .find(set + "laboratory.drop_rate=1.5: `drop_rate` in [laboratory] is 1.5, expected a "
                        "number of at least 0 and below 1") == 0);
  CHECK(job.refusal("laboratory.kills=[{worker=2, at=1}]")
            .find("`worker` in [laboratory.kills.0] is 2, expected a "
                  "whole number from 0 to 1") != std::string::npos);
  CHECK(job.refusal("laboratory.joins=[{worker=1}]")
            .find("`at` in [laboratory.joins.0] is missing, expected a worker "
                  "and a time") != std::string::npos);
  CHECK(job.refusal("laboratory.latncy=1").find("(did you mean \"latency\"?)") != std::string::npos);
  CHECK(job.refusal("laboratory.computing=poisson").find("expected one of: constant, normal, log_normal") !=
        std::string::npos);
  CHECK(job.refusal("laboratory.factors=[1, 0]").find("`factors` in [laboratory] is [1,0], expected a list, each") !=
        std::string::npos);
  CHECK(job.refusal("laboratory.rows_per_second=10")
            .find("in [laboratory] give `batch_seconds` or `rows_per_second`, not both") != std::string::npos);
  CHECK(job.refusal("laboratory.rows=10").find("`rows` = 10 in [laboratory] needs dry = true") != std::string::npos);
  CHECK(job.refusal("cluster.nodes=[\"a:1\"]").find("E_CONFIG cluster.nodes: the laboratory has no nodes") == 0);
}

TEST_CASE("a simulated run whose workers all die fails with what happened", "[apps][simulate]") {
  const simulated_toy job;
  const auto got = job.simulate({"--out", "run", "--set", "laboratory.kills=[{worker=0, at=1}, {worker=1, at=1}]",
                                 "--set", "laboratory.kill_rate=0", "--set", "laboratory.join_rate=0"});
  CHECK(got.status == 8);
  CHECK(got.err.find("E_NODES no worker is left: it was killed by the laboratory") != std::string::npos);
}
