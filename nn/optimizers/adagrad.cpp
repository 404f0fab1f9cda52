#include "common/simd.hpp"
#include "nn/kernels/reciprocal_root.hpp"
#include "nn/optimizer.hpp"

namespace dk::nn {

namespace {

struct adagrad_rule {
  float rate;
  float epsilon;

  DK_INLINE void operator()(float& w, float& a, float g) const {
    a += g * g;
    w -= rate * g * reciprocal_root(a + epsilon);
  }
};

DK_CLONES void follow_adagrad(float* __restrict w, float* __restrict a, const float* __restrict g, std::size_t count,
                              adagrad_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    follow(w[i], a[i], g[i]);
}

DK_CLONES void follow_adagrad(float* w, float* a, const small_batch_gradient& g, adagrad_rule follow) {
  for_each_gradient(
      g, [=](std::size_t i, float gi) { follow(w[i], a[i], gi); }, always_rests);
}

/// a <- a + g^2; w <- w - learning_rate g / sqrt(a + epsilon), a from initial_accumulator_value on (Duchi 2011, as in
/// Keras)
class adagrad final : public optimizer {
public:
  adagrad(const spec& from, std::size_t num_weights)
      : optimizer(num_weights, 1, static_cast<float>(value_or(from, "initial_accumulator_value", 0.1)), from, 0.001),
        epsilon_(static_cast<float>(value_or(from, "epsilon", 1e-7))) {}

protected:
  void update(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    follow_adagrad(weights, array(0, first), gradient, count, {rate_now(), epsilon_});
  }

  void update_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient) override {
    follow_adagrad(weights, array(0, first), gradient, {rate_now(), epsilon_});
  }

private:
  float epsilon_;
};

std::unique_ptr<optimizer> make_adagrad(const spec& from, std::size_t num_weights) {
  return std::make_unique<adagrad>(from, num_weights);
}

} // namespace

extern const optimizer_kind adagrad_optimizer;
const optimizer_kind adagrad_optimizer{"adagrad",
                                       "Adagrad",
                                       {{"initial_accumulator_value", key_kind::number, false, at_least(0)},
                                        {"epsilon", key_kind::number, false, at_least(0)}},
                                       make_adagrad};

} // namespace dk::nn
