// Gradients are clipped on every way that they can take to their weights: in factors, in slices, or whole.
#include "nn/parts/clipping.hpp"

#include "nn/catalog.hpp"
#include "nn/kernels/small_batch.hpp"
#include "nn/model/model.hpp"
#include "tests/nn/fixtures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace dk::nn;
using dk::spec;
namespace test = dk::nn::test;

namespace {

// By what numbers of an array are to be multiplied so that their norm is at most `limit`.
float shortening(const float* numbers, std::size_t count, double limit) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += static_cast<double>(numbers[i]) * static_cast<double>(numbers[i]);
  return static_cast<float>(std::min(1.0, limit / std::sqrt(sum)));
}

std::vector<float> clipped_by_hand(const std::string& key, float limit, const model& of) {
  std::vector<float> g(of.gradient(), of.gradient() + of.num_weights());
  if (key == "clipvalue")
    for (auto& x : g)
      x = std::clamp(x, -limit, limit);
  std::size_t first = 0;
  const auto global = shortening(g.data(), g.size(), static_cast<double>(limit));
  for (std::size_t i = 0; i < of.num_layers(); ++i)
    for (const auto& array : of.layer_at(i).arrays()) {
      const auto size = size_of(array.extents);
      auto* const here = g.data() + first;
      const auto own = shortening(here, size, static_cast<double>(limit));
      if (key != "clipvalue")
        std::for_each(here, here + size, [&](float& x) { x *= key == "clipnorm" ? own : global; });
      first += size;
    }
  REQUIRE(first == g.size());
  return g;
}

model clipped_model(bool with_penalties) {
  auto wide = test::dense(37, "tanh");
  if (with_penalties)
    wide.keys["kernel_regularizer"] = {{"name", "l2"}, {"l2", 0.5}};
  model made{{"m", {13}, {wide, test::dense(5)}}, "mean_squared_error", 5};
  made.initialize(4);
  return made;
}

double farthest(const model& a, const model& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.num_weights(); ++i)
    most = std::max(most, std::abs(static_cast<double>(a.weights()[i]) - static_cast<double>(b.weights()[i])));
  return most;
}

} // namespace

// Rows from 1 to 5: up to 4 are a small batch.
TEST_CASE("batches of any size are clipped as the whole gradient is", "[nn][clipping]") {
  const auto x = test::random_numbers(5 * 13, 1, -3, 3);
  const auto y = test::random_numbers(5 * 5, 2, -20, 20);
  for (const auto* key : clip_keys)
    for (const auto& name : optimizer_names())
      for (const bool with_penalties : {false, true})
        for (std::size_t rows = 1; rows <= small_batch_rows + 1; ++rows) {
          INFO(key << ", " << name << ", " << rows << " rows" << (with_penalties ? ", with penalties" : ""));
          const float limit = 0.25F;
          const double rate = name == "adadelta" ? 100 : 0.1; // its steps are small at first
          const batch_view batch{x.data(), y.data(), rows};
          auto found = clipped_model(with_penalties);
          auto expected = clipped_model(with_penalties);
          auto free = clipped_model(with_penalties);
          const auto with = make_optimizer({name, {{"learning_rate", rate}, {key, limit}}}, found.num_weights());
          const auto plain = make_optimizer({name, {{"learning_rate", rate}}}, found.num_weights());
          const auto unclipped = make_optimizer({name, {{"learning_rate", rate}}}, found.num_weights());
          for (int step = 0; step < 3; ++step) {
            found.train_on_batch(batch, *with);
            expected.compute_gradient(batch);
            plain->apply(expected.weights(), clipped_by_hand(key, limit, expected).data());
            free.train_on_batch(batch, *unclipped);
          }
          const auto moved = farthest(free, expected);
          CHECK(moved > 1e-3); // or else the limit changes nothing
          CHECK(farthest(found, expected) < 1e-2 * moved);
        }
}
