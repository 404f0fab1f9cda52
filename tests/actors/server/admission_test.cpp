#include "actors/server/admission.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace dk;

TEST_CASE("a bound of 0 lets one worker in at a time", "[actors][admission]") {
  admission gate{0};
  CHECK(gate.has_room(9));
  gate.enter(1, 1, 0);
  CHECK_FALSE(gate.has_room(9));
  CHECK(gate.may_fold(1, 0));
  gate.leave(1, 1);
  CHECK(gate.has_room(9));
}

TEST_CASE("who would make a slow worker too stale waits for it", "[actors][admission]") {
  admission gate{2};
  gate.enter(1, 1, 0); // slow
  gate.enter(2, 2, 0);
  CHECK(gate.may_fold(2, 0)); // leaves the slow one at 1 of 2
  gate.leave(2, 2);
  gate.enter(2, 3, 1);
  CHECK(gate.may_fold(2, 1)); // 2 of 2
  gate.leave(2, 3);
  gate.enter(2, 4, 2);
  CHECK_FALSE(gate.may_fold(2, 2)); // it would be 3
  CHECK(gate.may_fold(1, 2));       // itself is the one to wait for
  gate.leave(1, 1);
  CHECK(gate.may_fold(2, 3));
}

TEST_CASE("two workers of the same base never block each other", "[actors][admission]") {
  admission gate{2};
  gate.enter(1, 1, 0);
  gate.enter(2, 2, 0);
  gate.enter(3, 3, 0);
  CHECK_FALSE(gate.has_room(9));
  CHECK(gate.may_fold(3, 0)); // the others at 1 and 2
  gate.leave(3, 3);
  CHECK(gate.has_room(9));
  gate.enter(3, 4, 1);              // after 1 and 2 it is the third: 1 + 2 - 1
  CHECK_FALSE(gate.may_fold(3, 1)); // 1 and 2 would be at 2 and 3
  CHECK(gate.may_fold(2, 1));
}

TEST_CASE("a fenced worker keeps nobody waiting", "[actors][admission]") {
  admission gate{0};
  gate.enter(1, 5, 0);
  gate.leave(1, 4);
  CHECK_FALSE(gate.has_room(9)); // its lease is newer
  gate.leave(1, 5);
  CHECK(gate.has_room(9));
}

TEST_CASE("a pull that comes twice lets its worker in once", "[actors][admission]") {
  admission gate{0};
  gate.enter(1, 7, 0);
  CHECK(gate.has_room(1)); // it stands in nobody's way but others'
  CHECK_FALSE(gate.has_room(2));
  gate.enter(1, 7, 5); // the worker has what the first one brought
  CHECK_FALSE(gate.may_fold(2, 0));
  gate.leave(1, 7);
  gate.enter(1, 7, 1); // a copy that comes when the commit is settled
  CHECK(gate.has_room(2));
}

TEST_CASE("a commit that comes twice does not end its worker's next lease", "[actors][admission]") {
  admission gate{0};
  gate.enter(1, 7, 0);
  gate.leave(1, 7);
  gate.enter(1, 8, 1);
  gate.leave(1, 7);
  CHECK_FALSE(gate.has_room(2));
}

// Whatever comes in whatever order: nothing is staler than the bound, and somebody can always go on.
TEST_CASE("the bound holds and nobody waits for ever", "[actors][admission]") {
  std::mt19937 random{7};
  for (std::uint64_t bound = 0; bound < 5; ++bound) {
    admission gate{bound};
    std::uint64_t version = 0;
    std::vector<std::int64_t> base(6, -1); // per worker; below 0: outside
    std::vector<std::uint64_t> lease(6, 0);
    for (int step = 0; step < 2000; ++step) {
      bool any = false;
      const auto first = random() % base.size();
      for (std::size_t i = 0; i < base.size() && !any; ++i) {
        const auto id = static_cast<std::uint32_t>((first + i) % base.size());
        if (base[id] < 0 && gate.has_room(id)) {
          gate.enter(id, ++lease[id], version);
          base[id] = static_cast<std::int64_t>(version);
          any = true;
        } else if (base[id] >= 0 && gate.may_fold(id, version)) {
          REQUIRE(version - static_cast<std::uint64_t>(base[id]) <= bound);
          ++version;
          gate.leave(id, lease[id]);
          base[id] = -1;
          any = true;
        }
      }
      REQUIRE(any);
    }
    CHECK(version > 900);
  }
}
