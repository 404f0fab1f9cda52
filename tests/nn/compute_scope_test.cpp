#include "nn/compute_scope.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace {

// Half of the smallest normal number: denormal, or 0 where they are flushed.
float half_of_smallest() {
  volatile float smallest = std::numeric_limits<float>::min();
  return smallest * 0.5F;
}

} // namespace

TEST_CASE("denormals are flushed inside a compute scope and only there", "[nn][compute_scope]") {
  CHECK(half_of_smallest() > 0);
  {
    const dk::nn::compute_scope outer;
    CHECK(half_of_smallest() == 0);
    { const dk::nn::compute_scope inner; }
    CHECK(half_of_smallest() == 0);
  }
  CHECK(half_of_smallest() > 0);
}
