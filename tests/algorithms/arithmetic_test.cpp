#include "algorithms/arithmetic.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace dk;

TEST_CASE("add_scaled adds a scaled delta", "[algorithms][arithmetic]") {
  const std::vector<float> now{1, 2, 3};
  const std::vector<float> delta{4, -8, 0};
  std::vector<float> next(3);
  CHECK(add_scaled(now.data(), delta.data(), 0.5F, next.data(), 3));
  CHECK(next == std::vector<float>{3, -2, 3});
  CHECK(now == std::vector<float>{1, 2, 3});
}

TEST_CASE("scaled_difference is what the replica moved, scaled", "[algorithms][arithmetic]") {
  const std::vector<float> replica{3, 1};
  const std::vector<float> base{1, 2};
  std::vector<float> delta(2);
  scaled_difference(replica.data(), base.data(), 0.25F, delta.data(), 2);
  CHECK(delta == std::vector<float>{0.5F, -0.25F});
}

TEST_CASE("elastic_step moves the replica by what it commits", "[algorithms][arithmetic]") {
  std::vector<float> replica{3, 1};
  const std::vector<float> center{1, 2};
  std::vector<float> delta(2);
  elastic_step(replica.data(), center.data(), 0.25F, delta.data(), 2);
  CHECK(delta == std::vector<float>{0.5F, -0.25F});
  CHECK(replica == std::vector<float>{2.5F, 1.25F});
}

TEST_CASE("add_scaled sees a value that is not finite wherever it stands", "[algorithms][arithmetic]") {
  using limits = std::numeric_limits<float>;
  const float poison =
      GENERATE(limits::infinity(), -limits::infinity(), limits::quiet_NaN(), -limits::quiet_NaN(), limits::max());
  for (const std::size_t size : {1U, 7U, 16U, 33U, 100U}) {
    const std::vector<float> now(size, limits::max());
    for (std::size_t at = 0; at < size; ++at) {
      std::vector<float> delta(size, 0.0F);
      std::vector<float> next(size);
      REQUIRE(add_scaled(now.data(), delta.data(), 1, next.data(), size));
      delta[at] = poison;
      REQUIRE_FALSE(add_scaled(now.data(), delta.data(), 1, next.data(), size));
    }
  }
}

TEST_CASE("the smallest and the largest numbers are finite", "[algorithms][arithmetic]") {
  using limits = std::numeric_limits<float>;
  for (const float x : {limits::max(), limits::lowest(), limits::min(), limits::denorm_min(), -0.0F, 1e-40F}) {
    const float zero = 0;
    float next = 1;
    CHECK(add_scaled(&x, &zero, 1, &next, 1));
    CHECK(next == x);
  }
}

TEST_CASE("nothing is read or written behind the end", "[algorithms][arithmetic]") {
  std::vector<float> replica(20, 5);
  const std::vector<float> center(20, 1);
  std::vector<float> delta(20, 7);
  elastic_step(replica.data(), center.data(), 0.5F, delta.data(), 17);
  scaled_difference(replica.data(), center.data(), 1, delta.data(), 16);
  CHECK(add_scaled(center.data(), center.data(), 1, delta.data(), 15));
  CHECK(std::vector<float>(delta.begin() + 14, delta.end()) == std::vector<float>{2, 2, 2, 7, 7, 7});
  CHECK(std::vector<float>(replica.begin() + 16, replica.end()) == std::vector<float>{3, 5, 5, 5});
}
