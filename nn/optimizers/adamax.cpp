#include "common/simd.hpp"
#include "nn/optimizer.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

DK_CLONES void follow_adamax(float* __restrict w, float* __restrict m, float* __restrict u, const float* __restrict g,
                             std::size_t count, float rate, float rest_1, float beta_2, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] += rest_1 * (g[i] - m[i]);
    u[i] = std::max(beta_2 * u[i], std::abs(g[i]));
    w[i] -= rate * m[i] / (u[i] + epsilon);
  }
}

/// m <- b1 m + (1 - b1) g; u <- max(b2 u, |g|); w <- w - learning_rate / (1 - b1^t) m / (u + epsilon) in step t = 1, 2,
/// ... (Kingma and Ba 2015, section 7.1). State: m, u.
class adamax final : public optimizer {
public:
  adamax(const spec& from, std::size_t num_weights)
      : optimizer(num_weights, 2, 0.0F, from, 0.001), beta_1_(value_or(from, "beta_1", 0.9)),
        beta_2_(static_cast<float>(value_or(from, "beta_2", 0.999))),
        epsilon_(static_cast<float>(value_or(from, "epsilon", 1e-7))) {}

protected:
  void update(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    follow_adamax(weights, array(0, first), array(1, first), gradient, count, rate_now(),
                  static_cast<float>(1 - beta_1_), beta_2_, epsilon_);
  }

  double rate_of_step(std::uint64_t step, double rate) override {
    return rate / (1 - std::pow(beta_1_, static_cast<double>(step)));
  }

private:
  double beta_1_;
  float beta_2_;
  float epsilon_;
};

std::unique_ptr<optimizer> make_adamax(const spec& from, std::size_t num_weights) {
  return std::make_unique<adamax>(from, num_weights);
}

} // namespace

extern const optimizer_kind adamax_optimizer;
const optimizer_kind adamax_optimizer{"adamax",
                                      "Adamax",
                                      {{"beta_1", key_kind::number, false, {0, 1}},
                                       {"beta_2", key_kind::number, false, {0, 1}},
                                       {"epsilon", key_kind::number, false, at_least(0)}},
                                      make_adamax};

} // namespace dk::nn
