#include "actors/protocol/delta.hpp"

#include "tests/blocks.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

using namespace dk;
using namespace dk::test;

namespace {

std::vector<float> added(const std::vector<float>& now, const delta& by, float scale) {
  std::vector<float> next(now.size());
  REQUIRE(by.add_to(now.data(), scale, next.data()));
  return next;
}

} // namespace

TEST_CASE("numbers are added as they are, scaled", "[actors][delta]") {
  CHECK(added({1, 2, 3}, block_of({4, -8, 0}), 0.5F) == std::vector<float>{3, -2, 3});
}

TEST_CASE("a movement is the scaled difference of two blocks", "[actors][delta]") {
  const delta moved{block_of({3, 1}), block_of({1, 2}), 0.25F};
  CHECK(moved.size() == 2);
  CHECK(moved.numbers()[0] == 0.5F);
  CHECK(moved.numbers()[1] == -0.25F);
  CHECK(added({10, 20}, moved, 2) == std::vector<float>{11, 19.5F});
}

TEST_CASE("a movement adds the same bits whether it was formed before or not", "[actors][delta]") {
  std::vector<float> now(1000);
  std::vector<float> to(1000);
  std::vector<float> from(1000);
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto x = static_cast<float>(i);
    now[i] = 1.0F / (x + 1);
    to[i] = x / 7 + 0.1F;
    from[i] = x / 11 - 0.3F;
  }
  const delta moved{block_of(to), block_of(from), 1.0F / 3};
  CHECK(added(now, moved, 0.7F) == added(now, moved.numbers(), 0.7F));
}

TEST_CASE("a value that is not finite is seen wherever it stands", "[actors][delta]") {
  using limits = std::numeric_limits<float>;
  const float poison =
      GENERATE(limits::infinity(), -limits::infinity(), limits::quiet_NaN(), -limits::quiet_NaN(), limits::max());
  for (const std::size_t size : {1U, 7U, 16U, 33U, 100U}) {
    const std::vector<float> now(size, limits::max());
    const std::vector<float> zeros(size, 0.0F);
    for (std::size_t at = 0; at < size; ++at) {
      auto numbers = zeros;
      numbers[at] = poison;
      std::vector<float> next(size);
      REQUIRE_FALSE(delta{block_of(numbers)}.add_to(now.data(), 1, next.data()));
      REQUIRE_FALSE(delta{block_of(numbers), block_of(zeros), 1}.add_to(now.data(), 1, next.data()));
    }
  }
}

TEST_CASE("the smallest and the largest numbers are finite", "[actors][delta]") {
  using limits = std::numeric_limits<float>;
  for (const float x : {limits::max(), limits::lowest(), limits::min(), limits::denorm_min(), -0.0F, 1e-40F})
    CHECK(added({x}, block_of({0}), 1) == std::vector<float>{x});
}
