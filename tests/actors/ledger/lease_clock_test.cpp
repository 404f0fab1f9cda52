#include "actors/ledger/lease_clock.hpp"

#include <catch2/catch.hpp>

using namespace dk;
using std::chrono::seconds;

namespace {

const lease_clock::time_point start{};

// A clock that has seen leases of these lengths, in seconds.
lease_clock after(const std::vector<int>& lengths) {
  lease_clock clock;
  for (const int length : lengths) {
    clock.begin(1, start);
    clock.end(1, start + seconds{length});
  }
  return clock;
}

} // namespace

TEST_CASE("a lease may take ten times the median, and ten seconds at least", "[actors][lease_clock]") {
  CHECK(lease_clock{}.allowed_seconds() == 600);
  CHECK(after({0}).allowed_seconds() == 10);
  CHECK(after({1, 2, 90}).allowed_seconds() == 20);
  CHECK(after({1, 2, 3, 4}).allowed_seconds() == 30); // the upper of the two in the middle
}

TEST_CASE("only the newest hundred leases count", "[actors][lease_clock]") {
  std::vector<int> lengths(100, 50);
  lengths.insert(lengths.end(), 100, 2);
  CHECK(after(lengths).allowed_seconds() == 20);
}

TEST_CASE("an overdue lease is named once, and the others get more patience", "[actors][lease_clock]") {
  auto clock = after({1});
  clock.begin(7, start);
  clock.begin(8, start + seconds{5});
  CHECK(clock.take_overdue(start + seconds{9}).empty());
  CHECK(clock.take_overdue(start + seconds{10}) == std::vector<std::uint64_t>{7});
  CHECK(clock.allowed_seconds() == 20);
  CHECK(clock.take_overdue(start + seconds{24}).empty());
  CHECK(clock.take_overdue(start + seconds{25}) == std::vector<std::uint64_t>{8});
  CHECK(clock.allowed_seconds() == 40);
}

TEST_CASE("a lease that is forgotten neither counts nor runs out", "[actors][lease_clock]") {
  auto clock = after({1});
  clock.begin(7, start);
  clock.forget(7);
  clock.end(7, start + seconds{500});
  CHECK(clock.allowed_seconds() == 10);
  CHECK(clock.take_overdue(start + seconds{1000}).empty());
}
