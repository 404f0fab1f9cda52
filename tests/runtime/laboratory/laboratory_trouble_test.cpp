// Workers that die and come back in the laboratory, and messages that are lost and doubled.
#include "tests/runtime/laboratory/simulated.hpp"

using namespace dk;
using namespace dk::test;

TEST_CASE("a worker that joins starts from the newest center", "[runtime][laboratory]") {
  auto which = timed_job("downpour", 3);
  which.laboratory.joins = {{2, 3.05}};
  const experiment run{which, plane(1000)};
  CHECK(run.result.rows.balanced());
  bool seen = false;
  for (const auto& record : run.records()) {
    if (record.worker == 2 && !seen) {
      CHECK(double{record.seconds} == Approx(3.25));
      CHECK(record.base == 30); // two workers have committed fifteen times each
      seen = true;
    }
    CHECK(record.staleness <= 3);
  }
  CHECK(seen);
}

TEST_CASE("a worker that was killed comes back", "[runtime][laboratory]") {
  auto which = timed_job("adag", 2);
  which.laboratory.kills = {{1, 1.1}};
  which.laboratory.joins = {{1, 2.1}};
  const experiment run{which, plane(400)};
  CHECK(run.result.rows.balanced());
  CHECK(run.result.rows.redone == 1);
  CHECK(run.result.numbers.workers_lost == 1);
  bool is_back = false;
  for (const auto& record : run.records())
    if (record.worker == 1) {
      const auto at = double{record.seconds};
      CHECK((at < 1.1 || at > 2.25));
      is_back = is_back || at > 2.25;
    }
  CHECK(is_back);
}

TEST_CASE("a run whose workers are all killed fails", "[runtime][laboratory]") {
  auto which = timed_job("adag", 2);
  which.laboratory.kills = {{0, 0.5}, {1, 0.5}};
  CHECK(failure_of(errc::nodes, [&] { simulate(which, plane(400)); }) ==
        "no worker is left: it was killed by the laboratory");
}

TEST_CASE("a doubled commit is folded in once", "[runtime][laboratory]") {
  auto which = timed_job("dynsgd", 3);
  which.laboratory.doubling = 1;
  which.laboratory.latency = 0.01;
  const auto result = simulate(which, plane(200));
  CHECK(result.rows.balanced());
  CHECK(result.rows.duplicates == 20);
  CHECK(result.numbers.updates == 20);
}

TEST_CASE("what is lost is sent again", "[runtime][laboratory]") {
  auto which = timed_job("adag", 3);
  which.laboratory.drop_rate = 0.4;
  which.laboratory.resend = 0.5;
  const auto result = simulate(which, plane(300));
  CHECK(result.rows.balanced());
  CHECK(result.rows.duplicates > 5); // commits whose verdict was lost
  CHECK(result.numbers.workers_lost == 0);
}

TEST_CASE("what is lost for good ends a worker when its patience ends", "[runtime][laboratory]") {
  auto which = timed_job("adag", 1);
  which.laboratory.drop_rate = 0.999;
  which.laboratory.resend = 0;
  CHECK_THAT(failure_of(errc::connect, [&] { simulate(which, plane(100)); }),
             Catch::Contains("no worker is left: no verdict from shard 0"));
}
