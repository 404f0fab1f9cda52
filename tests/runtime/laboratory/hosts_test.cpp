// Workers and shards on hosts with one network card each.
#include "data/sealed_rows.hpp"
#include "tests/runtime/laboratory/simulated.hpp"

using namespace dk;
using namespace dk::test;

namespace {

// Three weights of 4 bytes; the rows are there.
job job_on_hosts(std::size_t workers, std::size_t hosts) {
  auto made = timed_job("adag", workers);
  made.laboratory.hosts = hosts;
  made.laboratory.row_bytes = 0;
  made.laboratory.bandwidth = 1200;
  return made;
}

double seconds_of(const job& which, std::size_t rows) {
  return simulate(which, plane(rows)).training_seconds;
}

} // namespace

TEST_CASE("only what goes to another host takes a card's time", "[runtime][laboratory][hosts]") {
  auto which = job_on_hosts(1, 2);
  which.trainer.servers = 2; // the first, of one weight, is on the worker's host
  which.laboratory.latency = 0.01;
  const double first_center = 0.01 + 0.01;         // from the driver
  const double exchange = 2 * (0.01 + 8.0 / 1200); // of two weights with the other host
  CHECK(seconds_of(which, 10) == Approx(first_center + 0.2 + exchange));
  CHECK(seconds_of(which, 20) == Approx(first_center + 2 * (0.2 + exchange)));
  which.laboratory.hosts = 1;
  CHECK(seconds_of(which, 20) == Approx(first_center + 2 * 0.2));
}

TEST_CASE("all that goes to the driver's host shares its card", "[runtime][laboratory][hosts]") {
  auto which = job_on_hosts(2, 2);
  which.laboratory.servers = "driver";
  which.laboratory.factors = {1, 0.95};
  const experiment run{which, plane(20)};
  const auto records = run.records();
  REQUIRE(records.size() == 2);
  // One has its center at 0.01 and trains for 0.2, the other has it at 0.02 and trains for 0.19.
  CHECK(double{records[0].seconds} == Approx(0.21 + 0.01));
  CHECK(double{records[1].seconds} == Approx(0.21 + 0.02));
  CHECK(run.result.training_seconds == Approx(0.23 + 0.01));
}

TEST_CASE("workers on one host share its card", "[runtime][laboratory][hosts]") {
  auto which = job_on_hosts(2, 1);
  which.laboratory.servers = "driver";
  which.laboratory.factors = {1, 0.95};
  const auto records = experiment{which, plane(20)}.records();
  REQUIRE(records.size() == 2);
  CHECK(double{records[0].seconds} == Approx(0.22));
  CHECK(double{records[1].seconds} == Approx(0.23));
}

TEST_CASE("each host receives the rows before its workers start", "[runtime][laboratory][hosts]") {
  auto which = job_on_hosts(4, 2);
  which.laboratory.servers = "driver";
  which.laboratory.latency = 0.001;
  which.laboratory.row_bytes = 6;
  const double rows = 2 * 40 * 6 / 1200.0 + 0.001; // both over the driver's card
  const double exchange = 2 * (0.01 + 0.001);
  CHECK(seconds_of(which, 40) == Approx(rows + 4 * (0.01 + 0.001) + 0.2 + exchange));
  which.laboratory.joins = {{3, 0.1}}; // when the rows are on their way
  // It starts when they are there, from the center of that time: before the second and the third of the others.
  CHECK(seconds_of(which, 30) == Approx(30 / 40.0 * (rows - 0.001) + 0.001 + 2 * (0.01 + 0.001) + 0.2 + exchange));
  which.laboratory.joins = {};
  which.laboratory.row_bytes = {};
  const double sealed = 2 * static_cast<double>(data::sealed_size_of(plane(40)).whole()) / 1200 + 0.001;
  CHECK(seconds_of(which, 40) == Approx(sealed + 4 * (0.01 + 0.001) + 0.2 + exchange));
  which.data.where = "driver";
  CHECK(seconds_of(which, 40) == Approx(4 * (0.01 + 0.001) + 0.2 + exchange));
}

TEST_CASE("a run on hosts is the same each time, and dry", "[runtime][laboratory][hosts]") {
  auto which = job_on_hosts(7, 3);
  which.trainer.servers = 3;
  which.laboratory.bandwidth = 1e4;
  which.laboratory.latency = 0.001;
  which.laboratory.computing = "log_normal";
  which.laboratory.row_bytes = 3;
  const auto rows = plane(700);
  const auto quiet = simulate(which, rows);
  which.laboratory.dry = true;
  CHECK(simulate(which, rows).training_seconds == quiet.training_seconds);
  which.laboratory.dry = false;
  which.laboratory.drop_rate = 0.05;
  which.laboratory.doubling = 0.1;
  which.laboratory.kill_rate = 0.5;
  which.laboratory.join_rate = 1;
  const experiment first{which, rows};
  const experiment second{which, rows};
  CHECK(first.result.rows.balanced());
  CHECK(first.result.numbers.workers_lost > 0);
  CHECK(first.history() == second.history());
  CHECK(first.commits() == second.commits());
}

TEST_CASE("the network of 256 hosts is simulated", "[runtime][laboratory][hosts]") {
  auto which = job_on_hosts(256, 256);
  which.model.input = {784};
  which.model.layers = {{"dense", {{"units", 1000}}}, {"dense", {{"units", 200}}}, {"dense", {{"units", 10}}}};
  which.trainer.servers = 64;
  which.laboratory.dry = true;
  which.laboratory.rows = 10 * 256;
  which.laboratory.bandwidth = 1.25e9;
  which.laboratory.batch_seconds = 10;
  const auto result = simulate(which, {});
  CHECK(result.rows.balanced());
  // The last worker has its first center after all others. Its commit leaves its card, one part for each shard; the
  // centers come back meanwhile, the last one afterwards.
  const double center = 4 * 987210 / 1.25e9;
  CHECK(result.training_seconds == Approx(20 + 256 * center + center + center / 64).margin(1e-4));
}

TEST_CASE("an algorithm without a center has no use for hosts", "[runtime][laboratory][hosts]") {
  auto which = timed_job("single", 1);
  which.laboratory.hosts = 2;
  CHECK(failure_of(errc::config, [&] { simulate(which, plane(100)); }) ==
        "laboratory.hosts: single has no parameter server; leave `hosts` out");
}
