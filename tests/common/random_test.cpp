#include "common/random.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <utility>
#include <vector>

using dk::purpose;
using dk::random_stream;

TEST_CASE("the same seed gives the same numbers", "[common][random]") {
  random_stream a{7};
  random_stream b{7};
  for (int i = 0; i < 100; ++i)
    REQUIRE(a() == b());
}

TEST_CASE("purposes and parts tell streams apart", "[common][random]") {
  const auto base = dk::derive_seed(1, purpose::dropout, {0});
  CHECK(base == dk::derive_seed(1, purpose::dropout, {0}));
  CHECK(base != dk::derive_seed(1, purpose::dropout, {1}));
  CHECK(base != dk::derive_seed(1, purpose::shuffle, {0}));
  CHECK(base != dk::derive_seed(2, purpose::dropout, {0}));
}

TEST_CASE("uniform and normal numbers have the moments they should", "[common][random]") {
  random_stream stream{3};
  constexpr int n = 100000;
  double sum = 0;
  double squares = 0;
  double uniform = 0;
  for (int i = 0; i < n; ++i) {
    const double x = stream.normal();
    sum += x;
    squares += x * x;
    const double u = stream.uniform();
    REQUIRE((u >= 0 && u < 1));
    uniform += u;
  }
  CHECK(std::abs(sum / n) < 0.02);
  CHECK(std::abs(squares / n - 1) < 0.02);
  CHECK(std::abs(uniform / n - 0.5) < 0.01);
}

TEST_CASE("below stays below its bound and reaches all of it", "[common][random]") {
  random_stream stream{5};
  unsigned seen = 0;
  for (int i = 0; i < 200; ++i) {
    const auto x = stream.below(5);
    REQUIRE(x < 5);
    seen |= 1U << x;
  }
  CHECK(seen == 31U);
}

TEST_CASE("numbers between two bounds are spread over all that lies between", "[common][random]") {
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{{-3, 5}, {2, 4}, {-7, -6.5}}) {
    random_stream random{3};
    double least = high;
    double most = low;
    double sum = 0;
    constexpr int count = 10'000;
    for (int i = 0; i < count; ++i) {
      const auto x = random.uniform(low, high);
      least = std::min(least, x);
      most = std::max(most, x);
      sum += x;
    }
    const auto wide = high - low;
    CHECK(least >= low);
    CHECK(most < high);
    CHECK(least < low + wide / 100);
    CHECK(most > high - wide / 100);
    CHECK(std::abs(sum / count - (low + high) / 2) < wide / 50);
  }
}
