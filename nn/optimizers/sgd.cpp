#include "common/simd.hpp"
#include "nn/optimizer.hpp"

namespace dk::nn {

namespace {

DK_CLONES void plain(float* __restrict w, const float* __restrict g, std::size_t count, float rate) {
  for (std::size_t i = 0; i < count; ++i)
    w[i] -= rate * g[i];
}

DK_CLONES void with_momentum(float* __restrict w, float* __restrict u, const float* __restrict g, std::size_t count,
                             float rate, float momentum) {
  for (std::size_t i = 0; i < count; ++i) {
    u[i] = momentum * u[i] - rate * g[i];
    w[i] += u[i];
  }
}

DK_CLONES void with_nesterov(float* __restrict w, float* __restrict u, const float* __restrict g, std::size_t count,
                             float rate, float momentum) {
  for (std::size_t i = 0; i < count; ++i) {
    const float step = rate * g[i];
    u[i] = momentum * u[i] - step;
    w[i] += momentum * u[i] - step;
  }
}

/// w <- w - r g; with momentum: u <- momentum u - r g, w <- w + u; with nesterov: w <- w + momentum u - r g (the new
/// u).
class sgd final : public optimizer {
public:
  sgd(const spec& from, std::size_t num_weights)
      : optimizer(num_weights, value_or(from, "momentum", 0.0) > 0 ? 1 : 0, 0.0F, from, 0.01),
        momentum_(static_cast<float>(value_or(from, "momentum", 0.0))), nesterov_(value_or(from, "nesterov", false)) {}

  void apply_slice(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    if (!(momentum_ > 0))
      plain(weights, gradient, count, rate_now());
    else if (nesterov_)
      with_nesterov(weights, array(0, first), gradient, count, rate_now(), momentum_);
    else
      with_momentum(weights, array(0, first), gradient, count, rate_now(), momentum_);
  }

private:
  float momentum_;
  bool nesterov_;
};

std::unique_ptr<optimizer> make(const spec& from, std::size_t num_weights) {
  return std::make_unique<sgd>(from, num_weights);
}

} // namespace

extern const optimizer_kind sgd_optimizer;
const optimizer_kind sgd_optimizer{
    "sgd", "SGD", {{"momentum", value_kind::number, false, 0, 1}, {"nesterov", value_kind::flag}}, make};

} // namespace dk::nn
