#include "runtime/laboratory/pace.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace dk;

TEST_CASE("times of batches spread around their mean", "[runtime][laboratory]") {
  for (const std::string spread : {"constant", "normal", "log_normal"}) {
    INFO(spread);
    pace_setup setup;
    setup.world.computing = spread;
    setup.world.batch_seconds = 0.5;
    setup.world.deviation = 0.3;
    setup.batch_size = 10;
    setup.factor = 2;
    pace drawn{setup};
    double sum = 0;
    double squares = 0;
    constexpr int many = 20000;
    for (int i = 0; i < many; ++i) {
      const double seconds = drawn.batch_seconds(10);
      sum += seconds;
      squares += seconds * seconds;
      REQUIRE(seconds > 0);
    }
    const double mean = sum / many;
    CHECK(mean == Approx(1).epsilon(0.01));
    CHECK(std::sqrt(std::max(0.0, squares / many - mean * mean)) ==
          Approx(spread == "constant" ? 0 : 0.3).epsilon(0.03).margin(1e-6));
  }
}

TEST_CASE("rows per second say how long a batch of any size takes", "[runtime][laboratory]") {
  pace_setup setup;
  setup.world.rows_per_second = 100;
  setup.batch_size = 8;
  pace steady{setup};
  CHECK(steady.batch_seconds(8) == Approx(0.08));
  CHECK(steady.chunk_seconds(20) == Approx(0.2));
}

TEST_CASE("as many workers are stragglers as the config says", "[runtime][laboratory]") {
  laboratory_config world;
  world.stragglers = 0.3;
  world.straggler_factor = 4;
  world.factors = {2};
  const auto slowness = slowness_of(world, 10);
  CHECK(std::count_if(slowness.begin(), slowness.end(), [](double x) { return x >= 4; }) == 3);
  CHECK((slowness[0] == 2 || slowness[0] == 8));
  CHECK(slowness == slowness_of(world, 10));
  world.seed = 3;
  CHECK(slowness != slowness_of(world, 10));
}
