#include "nn/optimizer.hpp"

#include <cmath>
#include <memory>

namespace dk::nn {

namespace {

/// w <- w - r g / (1 + |g|): no weight moves by more than the rate. No state.
class bounded_sgd final : public optimizer {
public:
  bounded_sgd(const spec& from, std::size_t num_weights) : optimizer(num_weights, 0, 0.0F, from, 0.01) {}

protected:
  void update(std::size_t, std::size_t count, float* weights, const float* gradient) override {
    for (std::size_t i = 0; i < count; ++i)
      weights[i] -= rate_now() * gradient[i] / (1 + std::abs(gradient[i]));
  }
};

std::unique_ptr<optimizer> make_bounded_sgd(const spec& from, std::size_t num_weights) {
  return std::make_unique<bounded_sgd>(from, num_weights);
}

} // namespace

extern const optimizer_kind bounded_sgd_optimizer;
const optimizer_kind bounded_sgd_optimizer{"bounded_sgd", "BoundedSGD", {}, make_bounded_sgd};

} // namespace dk::nn
