#include "algorithms/arithmetic.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace dk;

TEST_CASE("elastic_step moves the replica by what it commits", "[algorithms][arithmetic]") {
  std::vector<float> replica{3, 1};
  const std::vector<float> center{1, 2};
  std::vector<float> delta(2);
  elastic_step(replica.data(), center.data(), 0.25F, delta.data(), 2);
  CHECK(delta == std::vector<float>{0.5F, -0.25F});
  CHECK(replica == std::vector<float>{2.5F, 1.25F});
}

TEST_CASE("nothing is read or written behind the end", "[algorithms][arithmetic]") {
  std::vector<float> replica(20, 5);
  const std::vector<float> center(20, 1);
  std::vector<float> delta(20, 7);
  elastic_step(replica.data(), center.data(), 0.5F, delta.data(), 17);
  CHECK(std::vector<float>(delta.begin() + 16, delta.end()) == std::vector<float>{2, 7, 7, 7});
  CHECK(std::vector<float>(replica.begin() + 16, replica.end()) == std::vector<float>{3, 5, 5, 5});
}

TEST_CASE("a replica that stands ahead of itself is pulled by where it is", "[algorithms][arithmetic]") {
  std::vector<float> replica{3, 1};
  const std::vector<float> velocity{2, 0};
  const std::vector<float> center{1, 2};
  std::vector<float> delta(2);
  elastic_step_ahead(replica.data(), velocity.data(), 0.5F, center.data(), 0.25F, delta.data(), 2);
  CHECK(delta == std::vector<float>{0.25F, -0.25F}); // (3 - 1 - 1) / 4
  CHECK(replica == std::vector<float>{2.75F, 1.25F});
}

TEST_CASE("adaptive_step weighs each value by itself, at every place of a vector", "[algorithms][arithmetic]") {
  const std::size_t size = 5003; // more than a piece, and no multiple of anything
  const std::vector<float> now(size, 3);
  const std::vector<float> base(size, 1);
  const std::vector<float> delta(size, 6);
  std::vector<float> next(size + 1, 7);
  const auto done = adaptive_step(now.data(), base.data(), delta.data(), 0.5F, 2, next.data(), size);
  CHECK(done.finite);
  CHECK(done.mean_factor == Approx(0.5 / 3).epsilon(1e-6)); // 0.5 / (1 + 4 / 2)
  CHECK(next.front() == Approx(4));
  CHECK(std::all_of(next.begin(), next.end() - 1, [&](float x) { return x == next.front(); }));
  CHECK(next.back() == 7);
}

TEST_CASE("what is not finite is found wherever it stands", "[algorithms][arithmetic]") {
  std::vector<float> x(37, 1e30F);
  CHECK(all_finite(x.data(), x.size()));
  for (std::size_t i = 0; i < x.size(); ++i)
    for (const float bad : {HUGE_VALF, -HUGE_VALF, NAN}) {
      auto other = x;
      other[i] = bad;
      CHECK_FALSE(all_finite(other.data(), other.size()));
    }
  const std::vector<float> zeros(37, 0);
  auto next = zeros;
  CHECK(add_numbers(x.data(), x.data(), next.data(), x.size()));
  CHECK(next[36] == 2e30F);
  x[20] = 3e38F;
  CHECK_FALSE(add_numbers(x.data(), x.data(), next.data(), x.size()));
}

TEST_CASE("gradients are added up by their weights", "[algorithms][arithmetic]") {
  std::vector<float> sum{1, 2};
  const std::vector<float> x{3, -4};
  add_weighted(sum.data(), x.data(), 2, 2);
  CHECK(sum == std::vector<float>{7, -6});
  std::vector<float> y(2);
  multiply(sum.data(), 0.5F, y.data(), 2);
  CHECK(y == std::vector<float>{3.5F, -3});
}
