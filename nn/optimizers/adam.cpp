#include "common/simd.hpp"
#include "nn/optimizer.hpp"

#include <cmath>

namespace dk::nn {

namespace {

struct rule {
  float rate;
  float rest_1; // 1 - b1
  float rest_2;
  float epsilon;

  DK_INLINE void operator()(float& w, float& m, float& v, float g) const {
    m += rest_1 * (g - m);
    v += rest_2 * (g * g - v);
    w -= rate * m / (std::sqrt(v) + epsilon);
  }
};

// One pass over w, m, v and g: memory is what bounds it.
DK_CLONES void update(float* __restrict w, float* __restrict m, float* __restrict v, const float* __restrict g,
                      std::size_t count, rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    follow(w[i], m[i], v[i], g[i]);
}

DK_CLONES void update(float* w, float* m, float* v, const small_batch_gradient& g, rule follow) {
  for_each_gradient(g, [=](std::size_t i, float gi) { follow(w[i], m[i], v[i], gi); });
}

/// m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2; w <- w - r m / (sqrt(v) + epsilon)
/// with r = learning_rate sqrt(1 - b2^t) / (1 - b1^t) in step t = 1, 2, ... (Kingma and Ba 2015, "epsilon hat" as in
/// Keras)
class adam final : public optimizer {
public:
  adam(const spec& from, std::size_t num_weights)
      : optimizer(num_weights, 2, 0.0F, from, 0.001), beta_1_(value_or(from, "beta_1", 0.9)),
        beta_2_(value_or(from, "beta_2", 0.999)), epsilon_(value_or(from, "epsilon", 1e-7)) {}

  void apply_slice(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    update(weights, array(0, first), array(1, first), gradient, count, now());
  }

  void apply_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient) override {
    update(weights, array(0, first), array(1, first), gradient, now());
  }

protected:
  double rate_of_step(std::uint64_t step, double rate) const override {
    const auto t = static_cast<double>(step);
    return rate * std::sqrt(1 - std::pow(beta_2_, t)) / (1 - std::pow(beta_1_, t));
  }

private:
  rule now() const {
    return {rate_now(), static_cast<float>(1 - beta_1_), static_cast<float>(1 - beta_2_), static_cast<float>(epsilon_)};
  }

  double beta_1_;
  double beta_2_;
  double epsilon_;
};

std::unique_ptr<optimizer> make(const spec& from, std::size_t num_weights) {
  return std::make_unique<adam>(from, num_weights);
}

} // namespace

extern const optimizer_kind adam_optimizer;
const optimizer_kind adam_optimizer{"adam",
                                    "Adam",
                                    {{"beta_1", value_kind::number, false, 0, 1},
                                     {"beta_2", value_kind::number, false, 0, 1},
                                     {"epsilon", value_kind::number, false, 0}},
                                    make};

} // namespace dk::nn
