#include "actors/server/norm.hpp"
#include "actors/server/policy.hpp"

#include "tests/actors/actor_fixture.hpp"

#include <cmath>

using namespace dk;
using namespace dk::test;

TEST_CASE("policies are known by their names", "[actors][policy]") {
  for (const auto& name : policy_names()) {
    REQUIRE(find_policy(name));
    CHECK(name_of(*find_policy(name)) == name);
  }
  CHECK(find_policy("wait") == policy_kind::wait);
  CHECK_FALSE(find_policy("ignore"));
  CHECK(is_bounded(policy_kind::reject));
  CHECK_FALSE(is_bounded(policy_kind::scale));
}

TEST_CASE("a commit counts by half when the center has moved as far as it wants to", "[actors][policy]") {
  CHECK(distance_scale(2, 0) == 1);
  CHECK(distance_scale(0, 0) == 1);
  CHECK(distance_scale(2, 2) == 0.5);
  CHECK(distance_scale(1, 3) == 0.25);
  CHECK(distance_scale(0, 3) == 0);
}

TEST_CASE("lengths are those of Euclid", "[actors][norm]") {
  CHECK(length_of(block_of({3, 4})) == 5);
  CHECK(length_of(block{}) == 0);
  CHECK(distance_between(block_of({1, 2, 5}), block_of({1, 5, 1})) == 5);
  std::vector<float> many(10'001, 0.5F);
  CHECK(length_of(block_of(many)) == Approx(std::sqrt(10'001 * 0.25)).epsilon(1e-12));
}
