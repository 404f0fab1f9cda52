// trainer.tensorboard: what a run leaves for TensorBoard.

#include "tests/jobs.hpp"
#include "tests/runtime/record/event_reader.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dk::test;
namespace fs = std::filesystem;

namespace {

const std::string wanted = "trainer.tensorboard=true";

std::vector<read_event> events_of(const toy_job& job, const std::string& run, std::size_t session = 0) {
  return events_in(content_of(event_files_in(job.path(run + "/tensorboard")).at(session)));
}

} // namespace

TEST_CASE("a run writes no event file unless it is asked to", "[apps][tensorboard]") {
  const toy_job job;
  REQUIRE(job.train({"-q", "--out", "run"}).status == 0);
  CHECK_FALSE(fs::exists(job.path("run/tensorboard")));
}

TEST_CASE("an event file agrees with the run's other files, and goes on when resumed", "[apps][tensorboard]") {
  const toy_job job;
  const auto got = job.train({"-q", "--out", "run", "--set", wanted, "--set", "data.validation=0.1"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto first = events_of(job, "run");
  CHECK(first.at(1).texts.at("config").find("    tensorboard = true\n") != std::string::npos);
  const auto loss = curve_of(first, "train/loss");
  REQUIRE(loss.size() == 33); // a short run has a point for each chunk
  CHECK(loss.back().first == 1620);
  std::size_t i = 0;
  for (const auto& text : lines_of(content_of(job.path("run/history.jsonl"))))
    CHECK(loss.at(i++).second == Approx(nlohmann::json::parse(text).at("loss").get<double>()));
  const auto result = nlohmann::json::parse(content_of(job.path("run/result.json")));
  std::vector<double> ended; // of all epochs: that of a slow worker's chunk may end last
  std::vector<double> due;
  for (const auto& [step, value] : curve_of(first, "epoch_loss"))
    ended.push_back(value);
  for (const auto& epoch : result.at("epochs"))
    due.push_back(epoch.at("loss"));
  std::sort(ended.begin(), ended.end());
  std::sort(due.begin(), due.end());
  CHECK_THAT(ended, Catch::Approx(due).epsilon(1e-5));
  CHECK(curve_of(first, "validation/loss").back().second == Approx(result.at("validation").at("loss").get<double>()));
  double commits = 0;
  for (const auto& event : first)
    if (const auto found = event.histograms.find("staleness"); found != event.histograms.end())
      commits += found->second.count;
  CHECK(commits == 33);
  REQUIRE(run({DK_DRIVER, "--resume", "run", "--set", "trainer.epochs=4"}, {{}, job.path("")}).status == 0);
  const auto second = events_of(job, "run", 1);
  CHECK(second.at(1).begins_session);
  CHECK(second.at(1).step == 1621);
  CHECK(curve_of(second, "train/loss").back().first == 2160);
  CHECK(curve_of(second, "epoch_loss").size() == 1);
}

TEST_CASE("a run without a server and a later session have event files, too", "[apps][tensorboard]") {
  const toy_job job;
  for (const std::string algorithm : {"single", "ensemble"}) {
    REQUIRE(job.train({"-q", "--out", algorithm, "--set", wanted, "--set", "trainer.algorithm=" + algorithm, "--set",
                       "trainer.workers=" + std::string{algorithm == "single" ? "1" : "2"}})
                .status == 0);
    const auto events = events_of(job, algorithm);
    CHECK(curve_of(events, "train/loss").back().first == (algorithm == "single" ? 1800 : 3600));
    CHECK(curve_of(events, "epoch_loss").size() == 3);
    CHECK(curve_of(events, "train/staleness").empty());
  }
  REQUIRE(job.train({"-q", "--out", "late"}).status == 0);
  REQUIRE(
      run({DK_DRIVER, "--resume", "late", "--set", "trainer.epochs=4", "--set", wanted}, {{}, job.path("")}).status ==
      0);
  CHECK(curve_of(events_of(job, "late"), "train/loss").front().first == 1850);
}

TEST_CASE("a simulation's events are in virtual time, the same each time", "[apps][tensorboard]") {
  const toy_job job;
  std::vector<std::string> files;
  for (const std::string name : {"one", "two"}) {
    REQUIRE(run({DK_DRIVER, "simulate", job.config, "-q", "--out", name, "--set", wanted}, {{}, job.path("")}).status ==
            0);
    files.push_back(content_of(event_files_in(job.path(name + "/tensorboard")).at(0)));
  }
  CHECK(files[0] == files[1]);
  const auto events = events_in(files[0]);
  CHECK(events.front().wall_time == 0);
  CHECK(events.back().wall_time > 0);
  CHECK(events.back().wall_time < 10);
}

TEST_CASE("a run that cannot write events ends with the reason, and leaves no folder", "[apps][tensorboard]") {
  const toy_job job;
  fs::create_directories(job.path("run"));
  job.folder.write("run/tensorboard", "in the way");
  const auto got = job.train({"-q", "--out", "run", "--set", wanted});
  CHECK(got.status == 10);
  CHECK(got.err.find("E_RESOURCES cannot make the folder run/tensorboard: ") != std::string::npos);
  CHECK_FALSE(fs::exists(job.path("run/config.resolved.toml")));
}
