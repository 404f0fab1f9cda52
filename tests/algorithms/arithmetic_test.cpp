#include "algorithms/arithmetic.hpp"

#include <catch2/catch.hpp>
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
