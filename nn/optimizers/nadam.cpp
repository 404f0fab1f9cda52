#include "common/simd.hpp"
#include "nn/optimizer.hpp"

#include <cmath>

namespace dk::nn {

namespace {

struct nadam_rule {
  float rate;
  float rest_1; // 1 - b1
  float rest_2;
  float epsilon;
  float of_m;
  float of_g;
  float of_v;
};

DK_CLONES void follow_nadam(float* __restrict w, float* __restrict m, float* __restrict v, const float* __restrict g,
                            std::size_t count, nadam_rule r) {
  for (std::size_t i = 0; i < count; ++i) {
    m[i] += r.rest_1 * (g[i] - m[i]);
    v[i] += r.rest_2 * (g[i] * g[i] - v[i]);
    w[i] -= r.rate * (r.of_m * m[i] + r.of_g * g[i]) / (std::sqrt(r.of_v * v[i]) + r.epsilon);
  }
}

/// Adam with Nesterov's momentum (Dozat 2016): with u_t = b1 (1 - 0.96^t / 2) and U_t = u_1 u_2 ... u_t, in step t =
/// 1, 2, ...: m and v as in Adam; w <- w - learning_rate (u_t+1 m / (1 - U_t+1) + (1 - u_t) g / (1 - U_t)) /
/// (sqrt(v / (1 - b2^t)) + epsilon). State: m, v; U_t follows from the number of steps.
class nadam final : public optimizer {
public:
  nadam(const spec& from, std::size_t num_weights)
      : optimizer(num_weights, 2, 0.0F, from, 0.001), beta_1_(value_or(from, "beta_1", 0.9)),
        beta_2_(value_or(from, "beta_2", 0.999)), epsilon_(static_cast<float>(value_or(from, "epsilon", 1e-7))) {}

protected:
  void update(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    follow_nadam(
        weights, array(0, first), array(1, first), gradient, count,
        {rate_now(), static_cast<float>(1 - beta_1_), static_cast<float>(1 - beta_2_), epsilon_, of_m_, of_g_, of_v_});
  }

  double rate_of_step(std::uint64_t step, double rate) override {
    if (step != product_of_ + 1) { // the steps were set: from a checkpoint
      product_ = 1;
      for (std::uint64_t t = 1; t < step; ++t)
        product_ *= u(t);
    }
    product_ *= u(step);
    product_of_ = step;
    of_m_ = static_cast<float>(u(step + 1) / (1 - product_ * u(step + 1)));
    of_g_ = static_cast<float>((1 - u(step)) / (1 - product_));
    of_v_ = static_cast<float>(1 / (1 - std::pow(beta_2_, static_cast<double>(step))));
    return rate;
  }

private:
  double u(std::uint64_t t) const { return beta_1_ * (1 - 0.5 * std::pow(0.96, static_cast<double>(t))); }

  double beta_1_;
  double beta_2_;
  float epsilon_;
  double product_ = 1; // U of the step product_of_
  std::uint64_t product_of_ = 0;
  float of_m_ = 0;
  float of_g_ = 0;
  float of_v_ = 0;
};

std::unique_ptr<optimizer> make_nadam(const spec& from, std::size_t num_weights) {
  return std::make_unique<nadam>(from, num_weights);
}

} // namespace

extern const optimizer_kind nadam_optimizer;
const optimizer_kind nadam_optimizer{"nadam",
                                     "Nadam",
                                     {{"beta_1", key_kind::number, false, {0, 1}},
                                      {"beta_2", key_kind::number, false, {0, 1}},
                                      {"epsilon", key_kind::number, false, at_least(0)}},
                                     make_nadam};

} // namespace dk::nn
