#include "common/simd.hpp"
#include "nn/optimizer.hpp"

#include <cmath>

namespace dk::nn {

namespace {

DK_CLONES void follow_adadelta(float* __restrict w, float* __restrict a, float* __restrict d, const float* __restrict g,
                               std::size_t count, float rate, float rho, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    a[i] = rho * a[i] + (1.0F - rho) * g[i] * g[i];
    const float step = -std::sqrt(d[i] + epsilon) / std::sqrt(a[i] + epsilon) * g[i];
    d[i] = rho * d[i] + (1.0F - rho) * step * step;
    w[i] += rate * step;
  }
}

/// a <- rho a + (1 - rho) g^2; s = -sqrt(d + epsilon) / sqrt(a + epsilon) g; d <- rho d + (1 - rho) s^2;
/// w <- w + learning_rate s (Zeiler 2012; there the rate is 1). State: a, d.
class adadelta final : public optimizer {
public:
  adadelta(const spec& from, std::size_t num_weights)
      : optimizer(num_weights, 2, 0.0F, from, 0.001), rho_(static_cast<float>(value_or(from, "rho", 0.95))),
        epsilon_(static_cast<float>(value_or(from, "epsilon", 1e-7))) {}

protected:
  void update(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    follow_adadelta(weights, array(0, first), array(1, first), gradient, count, rate_now(), rho_, epsilon_);
  }

private:
  float rho_;
  float epsilon_;
};

std::unique_ptr<optimizer> make_adadelta(const spec& from, std::size_t num_weights) {
  return std::make_unique<adadelta>(from, num_weights);
}

} // namespace

extern const optimizer_kind adadelta_optimizer;
const optimizer_kind adadelta_optimizer{
    "adadelta",
    "Adadelta",
    {{"rho", key_kind::number, false, {0, 1}}, {"epsilon", key_kind::number, false, at_least(0)}},
    make_adadelta};

} // namespace dk::nn
