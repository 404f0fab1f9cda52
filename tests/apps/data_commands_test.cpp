// What the data commands do with a run: its transforms, as they were fitted, are those of its training.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

const std::string fitted_transforms =
    R"(data.transforms=[{standard={column="features"}},{one_hot={column="label",classes=2}}])";

} // namespace

TEST_CASE("a run keeps what its transforms were fitted to, and evaluate applies it", "[apps][data]") {
  const toy_job job;
  const auto half = points_csv(300);
  job.folder.write("half.csv", half); // other rows, whose own mean would be another
  const auto trained = job.train(
      {"--out", "run", "--json", "--set", fitted_transforms, "--set", R"(data.test={format="csv",path="half.csv"})"});
  INFO(trained.err);
  REQUIRE(trained.status == 0);
  const auto pipeline = json::parse(content_of(job.path("run/pipeline.json")));
  CHECK(pipeline.at("transforms").size() == 2);
  CHECK(pipeline.at("transforms")[0].at("fitted").at("features").at("mean").size() == 2);
  const auto said = json::parse(trained.out);
  const auto evaluate = [&] {
    return run({DK_DRIVER, "evaluate", "--model", "run", "--json", "--data", "half.csv"}, {{}, job.path("")});
  };
  const auto found = evaluate();
  INFO(found.err);
  REQUIRE(found.status == 0);
  CHECK(json::parse(found.out).at("loss") == said.at("loss"));

  auto moved = pipeline; // it is this file that counts
  moved["transforms"][0]["fitted"]["features"]["mean"] = {5.0, 5.0};
  job.folder.write("run/pipeline.json", moved.dump());
  CHECK(json::parse(evaluate().out).at("loss") != said.at("loss"));
  job.folder.write("run/pipeline.json", "{}");
  const auto damaged = evaluate();
  CHECK(damaged.status == 4);
  CHECK(damaged.err.find("E_CKPT run/pipeline.json: is no pipeline of a run") == 0);
}

TEST_CASE("held-out rows are scaled as the rows that are trained", "[apps][data]") {
  const toy_job job;
  const auto trained =
      job.train({"--out", "run", "--json", "--set", fitted_transforms, "--set", "data.validation=0.5"});
  INFO(trained.err);
  REQUIRE(trained.status == 0);
  const auto all = job.train({"--out", "all", "--json", "--set", fitted_transforms});
  REQUIRE(all.status == 0);
  const auto mean_of = [&](const std::string& folder) {
    const auto read = json::parse(content_of(job.path(folder + "/pipeline.json")));
    return read.at("transforms")[0].at("fitted").at("features").at("mean");
  };
  CHECK(mean_of("run") != mean_of("all")); // of half the rows only
}
