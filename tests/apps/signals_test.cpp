// A run that is stopped by a signal ends in order, and is gone on with.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
namespace fs = std::filesystem;

namespace {

// Starts a run in the folder "run" and waits until it has trained something.
struct running {
  toy_job job = long_job(60);
  process driver{job.command({"--out", "run"}), {{}, job.path("")}};

  running() {
    const bool began = eventually(seconds{60}, [&] { return !content_of(job.path("run/history.jsonl")).empty(); });
    INFO(driver.err());
    REQUIRE(began);
  }
};

std::uint64_t applied(const toy_job& job) {
  return nlohmann::json::parse(content_of(job.path("run/result.json"))).at("rows").at("applied").get<std::uint64_t>();
}

} // namespace

TEST_CASE("SIGINT stops a run in order, and --resume finishes it", "[apps][signals]") {
  running it;
  it.driver.send(SIGINT);
  const auto status = it.driver.wait();
  INFO(it.driver.err());
  CHECK(status == 130);
  CHECK(rows_balance(it.driver.out()));
  CHECK(it.driver.err().find("dk_driver --resume run") != std::string::npos);
  CHECK(it.driver.out().find("stopped before the end") != std::string::npos);
  CHECK(fs::exists(it.job.path("run/model.h5")));
  CHECK_FALSE(fs::is_empty(it.job.path("run/checkpoints/shard-00")));
  const auto before = applied(it.job);
  CHECK(before > 0);
  CHECK(before < 240'000);

  const auto rest = run({DK_DRIVER, "--resume", "run"}, {{}, it.job.path("")}, seconds{100});
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(rows_balance(rest.out));
  CHECK(applied(it.job) == 240'000);
  const auto history = lines_of(content_of(it.job.path("run/history.jsonl")));
  CHECK(history.size() == 24'000); // of both starts together, each chunk once
}

TEST_CASE("SIGTERM stops a run in order as well", "[apps][signals]") {
  running it;
  it.driver.send(SIGTERM);
  CHECK(it.driver.wait() == 143);
  CHECK(rows_balance(it.driver.out()));
}

TEST_CASE("a second signal ends the run at once", "[apps][signals]") {
  running it;
  it.driver.send(SIGINT);
  it.driver.send(SIGTERM);
  const auto status = it.driver.wait(seconds{10});
  CHECK((status == 143 || status == 130)); // whichever the kernel delivered last
  CHECK(lines_of(it.driver.err()).back() ==
        "ended at once; go on from the last checkpoint with: dk_driver --resume FOLDER");
}
