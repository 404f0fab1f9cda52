#include "actors/server/gauge.hpp"

#include "tests/actors/actor_fixture.hpp"

#include <cmath>
#include <set>

using namespace dk;
using namespace dk::test;

namespace {

const chunk_grid few{40, 10, 1};

} // namespace

TEST_CASE("a commit is measured against its base and the center's movement", "[actors][gauge]") {
  const gauge it{few, {0, block_of({1, 1})}};
  const center now{2, block_of({1, 5})}; // it has moved by (0, 4)
  const auto base = block_of({4, 1});    // (-3, 4) away
  const auto numbers = it.measure(block_of({3, 2}), now, base, false);
  CHECK(numbers.measured);
  CHECK(numbers.knows_base);
  CHECK(double{numbers.update} == 13);
  CHECK(double{numbers.distance} == 25);
  CHECK(double{numbers.movement} == 16);
  CHECK(double{numbers.along} == 8);
  const auto formed = it.measure(delta{block_of({5, 3}), block_of({2, 1}), 1}, now, base, false);
  CHECK(double{formed.update} == 13);
  CHECK(double{formed.along} == 8);
}

TEST_CASE("of gradients the direction against them counts", "[actors][gauge]") {
  const gauge it{few, {0, block_of({0, 0})}};
  CHECK(double{it.measure(block_of({-1, 0}), {1, block_of({2, 0})}, {}, true).along} == 2);
}

TEST_CASE("without a base there is no distance", "[actors][gauge]") {
  const gauge it{few, {0, block_of({0, 0})}};
  const auto numbers = it.measure(block_of({3, 4}), {1, block_of({1, 0})}, {}, false);
  CHECK(numbers.measured);
  CHECK_FALSE(numbers.knows_base);
  CHECK(double{numbers.update} == 25);
}

TEST_CASE("what is not finite is not measured", "[actors][gauge]") {
  const gauge it{few, {0, block_of({0, 0})}};
  for (const float bad : {NAN, HUGE_VALF, 1e30F})
    CHECK_FALSE(it.measure(block_of({bad, 1}), {1, block_of({1, 1})}, {}, false).measured);
}

TEST_CASE("long vectors are measured to the last number", "[actors][gauge]") {
  for (const std::size_t size : {1U, 15U, 17U, 4096U, 4097U, 10000U}) {
    const std::vector<float> ones(size, 1.0F);
    const std::vector<float> zeros(size, 0.0F);
    const gauge it{few, {0, block_of(zeros)}};
    const auto numbers = it.measure(block_of(ones), {1, block_of(ones)}, block_of(zeros), false);
    for (const auto& sum : {numbers.update, numbers.distance, numbers.movement, numbers.along})
      CHECK(double{sum} == static_cast<double>(size));
  }
}

TEST_CASE("the center's movement is that of its latest versions", "[actors][gauge]") {
  gauge it{few, {0, block_of({0})}};
  const auto moved = [&](float to) {
    return double{it.measure(block_of({1}), {999, block_of({to})}, {}, false).along};
  };
  it.follow({99, block_of({1})});
  CHECK(moved(10) == 10); // since the start
  it.follow({100, block_of({2})});
  CHECK(moved(10) == 10);
  it.follow({200, block_of({5})});
  CHECK(moved(10) == 8); // since version 100
  it.follow({299, block_of({6})});
  CHECK(moved(10) == 8);
  it.follow({300, block_of({7})});
  CHECK(moved(10) == 5); // since version 200
}

TEST_CASE("all commits of a short run are measured, and one in 32 of a long one", "[actors][gauge]") {
  const gauge of_short{{640, 10, 1}, {}};
  const gauge of_long{{1000000, 10, 1}, {}};
  std::set<std::uint64_t> parities;
  int measured = 0;
  for (std::uint64_t number = 0; number < 100000; ++number) {
    if (number < 64)
      REQUIRE(of_short.wants(number));
    if (!of_long.wants(number))
      continue;
    ++measured;
    parities.insert(number % 4);
  }
  CHECK(measured > 100000 / 32 * 0.9);
  CHECK(measured < 100000 / 32 * 1.1);
  CHECK(parities.size() == 4); // four workers that take turns are all measured
}
