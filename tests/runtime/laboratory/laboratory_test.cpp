#include "tests/runtime/laboratory/simulated.hpp"

#include <algorithm>
#include <sstream>

using namespace dk;
using namespace dk::test;

namespace {

/// Who commits which rows when, on which center: the log without what the weights decide.
std::vector<nlohmann::json> schedule_of(const experiment& run) {
  std::istringstream log{run.commits()};
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(log, line);) {
    lines.push_back(nlohmann::json::parse(line));
    for (const std::string key : {"norm", "distance", "cosine"})
      lines.back().erase(key);
  }
  return lines;
}

std::uint64_t stalest(const run_result& result) {
  return result.numbers.staleness.rbegin()->first;
}

} // namespace

TEST_CASE("one worker's time is its batches', the network's and the shard's", "[runtime][laboratory]") {
  auto which = timed_job("adag", 1);
  which.laboratory.latency = 0.01;
  which.laboratory.bandwidth = 1200; // 3 weights of 4 bytes: 0.01 s each way
  which.laboratory.service_time = 0.05;
  const experiment run{which, plane(17)};
  const auto records = run.records();
  REQUIRE(records.size() == 2);
  CHECK(double{records[0].seconds} == Approx(0.2 + 0.01 + 0.01 + 0.05));         // two batches, there, and handled
  CHECK(double{records[1].seconds} == Approx(0.27 + 0.02 + 0.14 + 0.02 + 0.05)); // back; 7 rows
  CHECK(run.result.training_seconds == Approx(0.5 + 0.02));
  const auto& worker = run.result.numbers.workers.at(0);
  CHECK(worker.computing_seconds == Approx(0.34));
  CHECK(worker.waiting_seconds == Approx(0.18));
  CHECK(run.result.rows.balanced());
}

TEST_CASE("what is compressed takes less of the network's time", "[runtime][laboratory][compression]") {
  auto which = timed_job("adag", 1);
  which.trainer.compress = {number_form::fp16};
  which.laboratory.latency = 0.01;
  which.laboratory.bandwidth = 1200; // 3 weights of 2 bytes: 0.005 s each way
  which.laboratory.service_time = 0.05;
  const experiment run{which, plane(17)};
  CHECK(run.result.training_seconds == Approx(0.2 + 0.015 + 0.05 + 0.015 + 0.14 + 0.015 + 0.05 + 0.015));
  const auto& worker = run.result.numbers.workers.at(0);
  CHECK(worker.sent_bytes == 12);
  CHECK(worker.received_bytes == 12);
}

TEST_CASE("a shard handles one commit at a time", "[runtime][laboratory]") {
  auto which = timed_job("adag", 3);
  which.laboratory.service_time = 0.05;
  const auto records = experiment{which, plane(30)}.records();
  REQUIRE(records.size() == 3); // of three workers, all at 0.2
  CHECK(double{records[0].seconds} == Approx(0.25));
  CHECK(double{records[1].seconds} == Approx(0.30));
  CHECK(double{records[2].seconds} == Approx(0.35));
}

TEST_CASE("an elastic worker crosses the network twice a chunk", "[runtime][laboratory]") {
  auto which = timed_job("aeasgd", 1);
  which.laboratory.latency = 0.01;
  which.laboratory.bandwidth = 1200;
  const experiment run{which, plane(10)};
  // pull: latency, latency and center; commit: delta and latency, verdict: latency
  CHECK(run.result.training_seconds == Approx(0.2 + 0.01 + 0.02 + 0.02 + 0.01));
}

TEST_CASE("with overlap a worker computes while its exchange is under way", "[runtime][laboratory]") {
  auto which = timed_job("downpour", 1);
  which.trainer.overlap = true;
  which.laboratory.latency = 0.06; // a center is back after 0.12 s: one batch of the next chunk is trained by then
  const experiment run{which, plane(40)};
  const auto records = run.records();
  REQUIRE(records.size() == 4);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(double{records[i].seconds} == Approx(0.2 * static_cast<double>(i + 1) + 0.06));
  // of its next chunk the worker has trained one batch when the center is there
  CHECK(std::count_if(records.begin(), records.end(), [](const commit_record& one) { return one.after == 1; }) == 3);
  CHECK(run.result.training_seconds == Approx(0.8 + 0.12));
}

TEST_CASE("of n equal workers a commit misses n - 1 others", "[runtime][laboratory]") {
  for (const std::size_t workers : {2U, 8U, 20U}) {
    const auto result = simulate(timed_job("adag", workers), plane(10 * 50 * workers));
    const auto others = static_cast<double>(workers - 1);
    // the first round misses 0, 1, ..., n - 1
    CHECK(result.numbers.mean_staleness() == Approx((others / 2 + 49 * others) / 50));
    CHECK(stalest(result) == workers - 1);
  }
}

TEST_CASE("the same seed gives the same files, another one does not", "[runtime][laboratory]") {
  const auto rows = plane(203);
  for (const auto& name : algorithm_names()) {
    INFO(name);
    auto which = timed_job(name, workers_of(name, 5));
    const bool alone = which.trainer.workers == 1;
    which.trainer.epochs = 2;
    which.trainer.servers = servers_of(name, 2);
    which.laboratory.computing = "log_normal";
    which.laboratory.latency = 0.003;
    if (!alone) {
      which.laboratory.drop_rate = 0.05;
      which.laboratory.doubling = 0.1;
      which.laboratory.kill_rate = 0.3;
      which.laboratory.join_rate = 1;
    }
    const experiment first{which, rows};
    const experiment second{which, rows};
    CHECK(first.history() == second.history());
    CHECK(first.commits() == second.commits());
    CHECK(std::equal(first.result.weights.begin(), first.result.weights.end(), second.result.weights.begin()));
    CHECK(first.result.training_seconds == second.result.training_seconds);
    CHECK(first.result.rows.balanced());
    which.laboratory.seed = 2;
    CHECK(experiment{which, rows}.history() != first.history());
  }
}

TEST_CASE("under the policy wait a slow worker bounds the others", "[runtime][laboratory][policy]") {
  for (const std::string name : {"adag", "downpour", "aeasgd"}) {
    INFO(name);
    auto which = timed_job(name, 4);
    which.trainer.policy = "wait";
    which.trainer.max_staleness = 2;
    which.laboratory.factors = {1, 1, 1, 10};
    const auto rows = plane(1000);
    const auto whole = simulate(which, rows);
    CHECK(whole.rows.balanced());
    CHECK(whole.numbers.workers_lost == 0);
    CHECK(stalest(whole) <= 2);
    which.laboratory.kills = {{3, 1.5}}; // in the middle of its first chunk, while others wait for it
    const auto without = simulate(which, rows);
    CHECK(without.rows.balanced());
    CHECK(without.numbers.workers_lost == 1);
    CHECK(without.rows.redone == (name == "aeasgd" ? without.rows.redone : 1));
    CHECK(stalest(without) <= 2);
    CHECK(without.training_seconds < whole.training_seconds);
  }
}

TEST_CASE("a dry run has the schedule of a real one", "[runtime][laboratory]") {
  auto which = timed_job("adag", 5);
  which.data.shuffle = false;
  which.laboratory.computing = "normal";
  which.laboratory.latency = 0.01;
  which.laboratory.bandwidth = 1e4;
  which.laboratory.service_time = 0.002;
  const experiment real{which, plane(400)};
  which.laboratory.dry = true;
  const experiment dry{which, plane(400)};
  CHECK(schedule_of(dry) == schedule_of(real));
  CHECK(dry.result.training_seconds == real.result.training_seconds);
  which.laboratory.rows = 400;
  CHECK(schedule_of(experiment{which, {}}) == schedule_of(real));
}

TEST_CASE("every algorithm runs dry", "[runtime][laboratory]") {
  for (const auto& name : algorithm_names()) {
    INFO(name);
    auto which = timed_job(name, workers_of(name, 50));
    which.trainer.servers = servers_of(name, 2);
    which.laboratory.dry = true;
    which.laboratory.rows = 2003;
    const auto result = simulate(which, {});
    CHECK(result.rows.balanced());
    CHECK(result.rows.applied == 2003);
  }
}

TEST_CASE("what the laboratory cannot do is said first", "[runtime][laboratory]") {
  const auto refused = [](const job& which) { return failure_of(errc::config, [&] { simulate(which, plane(100)); }); };
  auto which = timed_job("single", 1);
  which.laboratory.kill_rate = 1;
  CHECK(refused(which) == "laboratory: kills and joins need a parameter server, but single has none; leave them out");
  which = timed_job("adag", 2);
  which.cluster.nodes = {{"host1", 7077}};
  CHECK(refused(which) == "cluster.nodes: the laboratory has no nodes; leave them out");
  which = timed_job("adag", 2);
  which.laboratory.joins = {{0, 1}, {1, 2}};
  CHECK(refused(which) == "laboratory.joins: no worker is present at the start; leave at least one out of `joins`");
  which = timed_job("adag", 2);
  which.laboratory.dry = true;
  which.trainer.stop = {{"loss", 0.1}};
  CHECK(refused(which) == "trainer.stop: a dry run has no loss and no accuracy; stop at seconds or rows");
}

TEST_CASE("a stop rule counts virtual seconds", "[runtime][laboratory]") {
  auto which = timed_job("adag", 2);
  which.trainer.epochs = 100;
  which.trainer.stop = {{"seconds", 5.0}};
  const auto result = simulate(which, plane(1000));
  CHECK(result.stopped);
  CHECK(result.rows.balanced());
  CHECK(result.training_seconds >= 5);
  CHECK(result.training_seconds < 5.5);
}
