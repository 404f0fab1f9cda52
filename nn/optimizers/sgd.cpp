#include "common/simd.hpp"
#include "nn/optimizer.hpp"

namespace dk::nn {

namespace {

struct plain_rule {
  float rate;

  DK_INLINE void operator()(float& w, float g) const { w -= rate * g; }
};

struct momentum_rule {
  float rate;
  float momentum;
  bool nesterov;

  DK_INLINE void operator()(float& w, float& u, float g) const {
    const float step = rate * g;
    u = momentum * u - step;
    w += nesterov ? momentum * u - step : u;
  }
};

DK_CLONES void follow_sgd(float* __restrict w, const float* __restrict g, std::size_t count, plain_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    follow(w[i], g[i]);
}

DK_CLONES void follow_sgd(float* w, const small_batch_gradient& g, plain_rule follow) {
  for_each_gradient(
      g, [=](std::size_t i, float gi) { follow(w[i], gi); }, always_rests);
}

DK_CLONES void follow_sgd(float* __restrict w, float* __restrict u, const float* __restrict g, std::size_t count,
                          momentum_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    follow(w[i], u[i], g[i]);
}

DK_CLONES void follow_sgd(float* w, float* u, const small_batch_gradient& g, momentum_rule follow) {
  for_each_gradient(
      g, [=](std::size_t i, float gi) { follow(w[i], u[i], gi); },
      [=](std::size_t at, std::size_t count) { return all_zero(u + at, count); });
}

/// w <- w - r g; with momentum: u <- momentum u - r g, w <- w + u; with nesterov: w <- w + momentum u - r g (the new
/// u).
class sgd final : public optimizer {
public:
  sgd(const spec& from, std::size_t num_weights)
      : optimizer(num_weights, value_or(from, "momentum", 0.0) > 0 ? 1 : 0, 0.0F, from, 0.01),
        momentum_(static_cast<float>(value_or(from, "momentum", 0.0))), nesterov_(value_or(from, "nesterov", false)) {}

protected:
  void update(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    if (momentum_ > 0)
      follow_sgd(weights, array(0, first), gradient, count, {rate_now(), momentum_, nesterov_});
    else
      follow_sgd(weights, gradient, count, {rate_now()});
  }

  void update_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient) override {
    if (momentum_ > 0)
      follow_sgd(weights, array(0, first), gradient, {rate_now(), momentum_, nesterov_});
    else
      follow_sgd(weights, gradient, {rate_now()});
  }

private:
  float momentum_;
  bool nesterov_;
};

std::unique_ptr<optimizer> make_sgd(const spec& from, std::size_t num_weights) {
  return std::make_unique<sgd>(from, num_weights);
}

} // namespace

extern const optimizer_kind sgd_optimizer;
const optimizer_kind sgd_optimizer{
    "sgd", "SGD", {{"momentum", key_kind::number, false, {0, 1}}, {"nesterov", key_kind::flag}}, make_sgd};

} // namespace dk::nn
