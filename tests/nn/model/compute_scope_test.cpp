#include "nn/model/compute_scope.hpp"

#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

namespace {

// Half of the smallest normal number: denormal, or 0 where they are flushed.
float half_of_smallest() {
  volatile float smallest = std::numeric_limits<float>::min();
  return smallest * 0.5F;
}

} // namespace

TEST_CASE("as many threads give the same bits", "[nn][compute_scope]") {
  const auto trained = [](std::size_t threads) {
    const dk::nn::compute_scope scope{threads};
    dk::nn::model m{{"m",
                     {12, 12, 1},
                     {{"conv2d", {{"filters", 8}, {"kernel_size", 3}, {"activation", "relu"}}},
                      {"flatten"},
                      dk::nn::test::dense(200, "relu"),
                      dk::nn::test::dense(10, "softmax")}},
                    "categorical_crossentropy",
                    1};
    m.initialize(1);
    const auto x = dk::nn::test::random_numbers(64 * 144, 1);
    const auto y = dk::nn::test::random_classes(64, 10, 1);
    const auto with = dk::nn::make_optimizer({"adam"}, m.num_weights());
    for (int step = 0; step < 3; ++step)
      m.train_on_batch({x.data(), y.data(), 64}, *with);
    return std::vector<float>(m.weights(), m.weights() + m.num_weights());
  };
  const auto alone = trained(1);
  const auto two = trained(2);
  CHECK(trained(1) == alone);
  CHECK(trained(2) == two);
  for (std::size_t i = 0; i < alone.size(); ++i)
    CHECK(two[i] == Approx(alone[i]).margin(1e-4));
}

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
