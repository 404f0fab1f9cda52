#include "common/simd.hpp"
#include "nn/kernels/reciprocal_root.hpp"
#include "nn/optimizer.hpp"

#include <cmath>

namespace dk::nn {

namespace {

struct rmsprop_rule {
  float rate;
  float rho;
  float epsilon;
  float momentum;

  DK_INLINE float step(float& v, float g) const {
    v = rho * v + (1.0F - rho) * g * g;
    return rate * g * reciprocal_root(v + epsilon);
  }

  DK_INLINE float centered_step(float& v, float& mean, float g) const {
    v = rho * v + (1.0F - rho) * g * g;
    mean = rho * mean + (1.0F - rho) * g;
    return rate * g / std::sqrt(v - mean * mean + epsilon);
  }

  DK_INLINE float outside_step(float& v, float g) const {
    v = rho * v + (1.0F - rho) * g * g;
    return rate * g / (std::sqrt(v) + epsilon);
  }

  DK_INLINE float centered_outside_step(float& v, float& mean, float g) const {
    v = rho * v + (1.0F - rho) * g * g;
    mean = rho * mean + (1.0F - rho) * g;
    return rate * g / (std::sqrt(v - mean * mean) + epsilon);
  }
};

DK_CLONES void follow_rmsprop(float* __restrict w, float* __restrict v, const float* __restrict g, std::size_t count,
                              rmsprop_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    w[i] -= follow.step(v[i], g[i]);
}

DK_CLONES void follow_rmsprop(float* w, float* v, const small_batch_gradient& g, rmsprop_rule follow) {
  for_each_gradient(g, [=](std::size_t i, float gi) { w[i] -= follow.step(v[i], gi); });
}

DK_CLONES void follow_centered(float* __restrict w, float* __restrict v, float* __restrict mean,
                               const float* __restrict g, std::size_t count, rmsprop_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    w[i] -= follow.centered_step(v[i], mean[i], g[i]);
}

DK_CLONES void follow_outside(float* __restrict w, float* __restrict v, const float* __restrict g, std::size_t count,
                              rmsprop_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    w[i] -= follow.outside_step(v[i], g[i]);
}

DK_CLONES void follow_centered_outside(float* __restrict w, float* __restrict v, float* __restrict mean,
                                       const float* __restrict g, std::size_t count, rmsprop_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    w[i] -= follow.centered_outside_step(v[i], mean[i], g[i]);
}

DK_CLONES void follow_with_momentum(float* __restrict w, float* __restrict v, float* __restrict u,
                                    const float* __restrict g, std::size_t count, rmsprop_rule follow) {
  for (std::size_t i = 0; i < count; ++i) {
    u[i] = follow.momentum * u[i] + follow.step(v[i], g[i]);
    w[i] -= u[i];
  }
}

DK_CLONES void follow_centered_with_momentum(float* __restrict w, float* __restrict v, float* __restrict u,
                                             float* __restrict mean, const float* __restrict g, std::size_t count,
                                             rmsprop_rule follow) {
  for (std::size_t i = 0; i < count; ++i) {
    u[i] = follow.momentum * u[i] + follow.centered_step(v[i], mean[i], g[i]);
    w[i] -= u[i];
  }
}

/// v <- rho v + (1 - rho) g^2; s = learning_rate g / sqrt(v + epsilon); w <- w - s (Tieleman and Hinton 2012).
/// With momentum: u <- momentum u + s, w <- w - u. Centered: v less the square of the mean of g, kept as v is, under
/// the root. State: v, u, mean, as far as they are used. epsilon_outside: sqrt(v) + epsilon in place of sqrt(v +
/// epsilon), as Keras had it before 2.11 where there was no momentum.
class rmsprop final : public optimizer {
public:
  rmsprop(const spec& from, std::size_t num_weights, bool momentum, bool centered, bool outside)
      : optimizer(num_weights, 1U + (momentum ? 1U : 0U) + (centered ? 1U : 0U), 0.0F, from, 0.001),
        rho_(static_cast<float>(value_or(from, "rho", 0.9))),
        epsilon_(static_cast<float>(value_or(from, "epsilon", 1e-7))),
        momentum_(static_cast<float>(value_or(from, "momentum", 0.0))), has_momentum_(momentum), centered_(centered),
        outside_(outside) {}

protected:
  void update(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    auto* const v = array(0, first);
    if (has_momentum_ && centered_)
      follow_centered_with_momentum(weights, v, array(1, first), array(2, first), gradient, count, now());
    else if (has_momentum_)
      follow_with_momentum(weights, v, array(1, first), gradient, count, now());
    else if (centered_ && outside_)
      follow_centered_outside(weights, v, array(1, first), gradient, count, now());
    else if (outside_)
      follow_outside(weights, v, gradient, count, now());
    else if (centered_)
      follow_centered(weights, v, array(1, first), gradient, count, now());
    else
      follow_rmsprop(weights, v, gradient, count, now());
  }

  void update_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient) override {
    if (has_momentum_ || centered_ || outside_)
      return optimizer::update_small_batch(first, weights, gradient);
    follow_rmsprop(weights, array(0, first), gradient, now());
  }

private:
  rmsprop_rule now() const { return {rate_now(), rho_, epsilon_, momentum_}; }

  float rho_;
  float epsilon_;
  float momentum_;
  bool has_momentum_;
  bool centered_;
  bool outside_;
};

std::unique_ptr<optimizer> make_rmsprop(const spec& from, std::size_t num_weights) {
  const bool momentum = value_or(from, "momentum", 0.0) > 0;
  return std::make_unique<rmsprop>(from, num_weights, momentum, value_or(from, "centered", false),
                                   value_or(from, "epsilon_outside", false));
}

} // namespace

extern const optimizer_kind rmsprop_optimizer;
const optimizer_kind rmsprop_optimizer{"rmsprop",
                                       "RMSprop",
                                       {{"rho", key_kind::number, false, {0, 1}},
                                        {"momentum", key_kind::number, false, {0, 1}},
                                        {"epsilon", key_kind::number, false, at_least(0)},
                                        {"centered", key_kind::flag},
                                        {"epsilon_outside", key_kind::flag}},
                                       make_rmsprop};

} // namespace dk::nn
