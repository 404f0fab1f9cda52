#include "common/random.hpp"

#include <catch2/catch.hpp>
#include <cmath>

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
