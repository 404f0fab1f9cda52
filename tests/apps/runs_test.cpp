// Runs that end in other ways than they should: killed, without a terminal, without a disk, two at once.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

using namespace dk::test;
namespace fs = std::filesystem;

namespace {

outcome resume(const toy_job& job, const std::vector<std::string>& more = {}) {
  std::vector<std::string> command{DK_DRIVER, "--resume", "run"};
  command.insert(command.end(), more.begin(), more.end());
  return run(command, {{}, job.path("")}, seconds{100});
}

// Starts a run in the folder "run" and waits until it has trained something.
struct under_way {
  toy_job job;
  process driver;

  explicit under_way(const std::vector<std::string>& more = {}, int epochs = 40)
      : job(long_job(epochs)), driver(command(more), {{}, job.path("")}) {
    const bool began = eventually(seconds{60}, [&] { return !content_of(job.path("run/history.jsonl")).empty(); });
    INFO(driver.err());
    REQUIRE(began);
  }

  std::vector<std::string> command(const std::vector<std::string>& more) const {
    auto all = job.command({"--out", "run"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

void check_refused(const outcome& got, pid_t owner) {
  INFO(got.err);
  CHECK(got.status == 4);
  const auto line = line_with(got.err, "E_");
  CHECK(line.rfind("E_CKPT run is being trained by process " + std::to_string(owner) + " on ", 0) == 0);
}

} // namespace

TEST_CASE("a run that is being trained has one owner", "[apps][runs]") {
  under_way it;
  check_refused(resume(it.job), it.driver.pid());
  check_refused(it.job.train({"--out", "run"}), it.driver.pid());
  const auto early = run({DK_DRIVER, "evaluate", "--model", "run"}, {{}, it.job.path("")});
  CHECK(early.status == 4);
  CHECK(early.err == "E_MODEL run: has no model yet: its training has not ended; wait for it, or go on "
                     "with: dk_driver --resume run\n");
  it.driver.send(SIGKILL);
  it.driver.wait();
  const auto rest = resume(it.job, {"-q"}); // the lock died with its process
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(rows_balance(rest.out));
  CHECK_FALSE(fs::exists(it.job.path("run/run.lock")));
}

TEST_CASE("a replay says that the run is still being trained", "[apps][runs]") {
  under_way it;
  it.driver.send(SIGSTOP); // it keeps its lock
  const auto replay = [&] {
    const auto got = run({DK_DRIVER, "replay", "run", "-q"}, {{}, it.job.path("")}, seconds{100});
    INFO(got.err);
    CHECK(got.status == 0);
    return got.out;
  };
  const auto text = replay();
  CHECK(text.rfind("run is still being trained by process " + std::to_string(it.driver.pid()) + " on ", 0) == 0);
  CHECK(text.find("; it was replayed as far as its log goes now, to version ") != std::string::npos);
  it.driver.send(SIGKILL);
  it.driver.wait();
  CHECK(replay().find("the run ended early; its log goes to version ") != std::string::npos);
}

TEST_CASE("of two runs that begin in one folder at once, one does", "[apps][runs]") {
  const auto job = long_job(3);
  process first{job.command({"--out", "run", "-q"}), {{}, job.path("")}};
  process second{job.command({"--out", "run", "-q"}), {{}, job.path("")}};
  const auto one = first.wait();
  const auto other = second.wait();
  const auto refused = std::max(one, other);
  INFO(first.err() << second.err());
  CHECK(std::min(one, other) == 0);
  CHECK((refused == 4 || refused == 2)); // still at work, or done already
  CHECK(rows_balance(first.out() + second.out()));
}

TEST_CASE("a run that is killed at once can be gone on with, and replayed", "[apps][runs]") {
  for (const std::string algorithm : {"adag", "single", "ensemble"}) {
    INFO(algorithm);
    const auto workers = algorithm == "single" ? "1" : "2";
    under_way it{{"--set", "trainer.algorithm=" + algorithm, "--set", std::string{"trainer.workers="} + workers}, 3};
    it.driver.send(SIGKILL);
    CHECK(it.driver.wait() == 128 + SIGKILL);
    CHECK(fs::exists(it.job.path("run/checkpoints/shard-00/000000000000.dkc")));
    CHECK_FALSE(content_of(it.job.path("run/log.txt")).empty());
    const auto rest = resume(it.job, {"-q"});
    INFO(rest.err);
    CHECK(rest.status == 0);
    CHECK(rows_balance(rest.out));
    if (algorithm == "adag") {
      const auto again = run({DK_DRIVER, "replay", "run", "-q"}, {{}, it.job.path("")}, seconds{100});
      INFO(again.err);
      CHECK(again.status == 0);
      CHECK(again.out.find("bit for bit") != std::string::npos);
    }
  }
}

TEST_CASE("the log has every commit of the newest checkpoint, whenever one looks", "[apps][runs]") {
  under_way it{{}, 2000};
  std::set<std::string> seen;
  int missing = 0;
  eventually(seconds{60}, [&] {
    it.driver.send(SIGSTOP);
    std::string newest;
    for (const auto& file : fs::directory_iterator{it.job.path("run/checkpoints/shard-00")})
      if (file.path().extension() == ".dkc")
        newest = std::max(newest, file.path().stem().string());
    const auto log = content_of(it.job.path("run/commits.jsonl"));
    it.driver.send(SIGCONT);
    seen.insert(newest);
    const auto version = std::to_string(std::stoull(newest));
    missing += version != "0" && log.find("\"version\":" + version + ",\"staleness\"") == std::string::npos ? 1 : 0;
    return seen.size() > 3;
  });
  CHECK(missing == 0);
  CHECK(seen.size() > 1);
}

TEST_CASE("a closed terminal stops a run in order; nohup keeps it going", "[apps][runs][signals]") {
  under_way it;
  it.driver.send(SIGHUP);
  const auto status = it.driver.wait();
  INFO(it.driver.err());
  CHECK(status == 129);
  CHECK(rows_balance(it.driver.out()));
  CHECK(fs::exists(it.job.path("run/model.h5")));

  const auto job = long_job(3);
  std::vector<std::string> command{"/usr/bin/env", "nohup"};
  const auto driver = job.command({"--out", "run", "-q"});
  command.insert(command.end(), driver.begin(), driver.end());
  process kept{command, {{}, job.path("")}};
  REQUIRE(eventually(seconds{60}, [&] { return !content_of(job.path("run/history.jsonl")).empty(); }));
  kept.send(SIGHUP);
  CHECK(kept.wait() == 0);
}

TEST_CASE("a log that the system refuses ends the run with the reason", "[apps][runs]") {
  const auto job = long_job(40);
  const auto line = "ulimit -f 300; exec \"$0\" \"$@\""; // blocks of 1024 bytes
  std::vector<std::string> command{"/bin/bash", "-c", line};
  const auto driver = job.command({"--out", "run", "-q"});
  command.insert(command.end(), driver.begin(), driver.end());
  const auto got = run(command, {{}, job.path("")});
  INFO(got.err);
  CHECK(got.status == 10);
  const auto said = line_with(got.err, "E_");
  CHECK(said.rfind("E_RESOURCES cannot write the run's log run/", 0) == 0);
  CHECK(said.find("File too large") != std::string::npos);
  const auto rest = resume(job, {"-q", "--set", "trainer.stop.rows=1000"});
  INFO(rest.err);
  CHECK(rows_balance(rest.out));
}

TEST_CASE("a folder that is removed while a run trains in it is told", "[apps][runs]") {
  under_way it;
  fs::remove_all(it.job.path("run"));
  const auto status = it.driver.wait();
  INFO(it.driver.err());
  CHECK(status == 10);
  CHECK(line_with(it.driver.err(), "E_").rfind("E_RESOURCES ", 0) == 0);
  CHECK(it.driver.out().find("rows: ") == std::string::npos);
  CHECK(it.driver.err().find("dk_driver --resume run-rescued") != std::string::npos);
  const auto rest = run({DK_DRIVER, "--resume", "run-rescued", "-q"}, {{}, it.job.path("")}, seconds{100});
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(rows_balance(rest.out));
}
