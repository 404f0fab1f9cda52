#include "tests/runtime/laboratory/chaos.hpp"

#include <catch2/catch.hpp>

using namespace dk;
using namespace dk::test;

TEST_CASE("whatever goes wrong, every row is trained once", "[runtime][laboratory][chaos]") {
  chaos_result sum;
  int deserted = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto one = run_chaos(seed);
    INFO("seed " << seed << ": " << one.what);
    CHECK(one.finding == "");
    deserted += one.deserted ? 1 : 0;
    sum.workers_lost += one.workers_lost;
    sum.duplicates += one.duplicates;
    sum.fenced += one.fenced;
  }
  CHECK(deserted < 20);
  CHECK(sum.workers_lost > 100); // or nothing went wrong
  CHECK(sum.duplicates > 1000);
  CHECK(sum.fenced > 50);
}

namespace {

// How many of some seeds show that this defect is there.
int found_in(int seeds, defect what) {
  int found = 0;
  for (int seed = 1; seed <= seeds; ++seed)
    found += run_chaos(static_cast<std::uint64_t>(seed), what).finding.empty() ? 0 : 1;
  return found;
}

} // namespace

TEST_CASE("a planted defect is found", "[runtime][laboratory][chaos]") {
  CHECK(found_in(10, defect::no_duplicate_check) >= 5);
  CHECK(found_in(10, defect::bitmap_not_saved) >= 5);
  CHECK(found_in(10, defect::staleness_off_by_one) >= 8);
  CHECK(found_in(10, defect::tail_not_committed) >= 5);
}
