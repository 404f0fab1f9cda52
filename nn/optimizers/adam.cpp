#include "common/simd.hpp"
#include "nn/optimizer.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

struct adam_rule {
  float rate;
  float rest_1; // 1 - b1
  float rest_2;
  float epsilon;
  float keep; // 1 - learning_rate weight_decay

  DK_INLINE void operator()(float& w, float& m, float& v, float g) const {
    m += rest_1 * (g - m);
    v += rest_2 * (g * g - v);
    w = keep * w - rate * m / (std::sqrt(v) + epsilon);
  }

  DK_INLINE void operator()(float& w, float& m, float& v, float& top, float g) const {
    m += rest_1 * (g - m);
    v += rest_2 * (g * g - v);
    top = std::max(top, v);
    w = keep * w - rate * m / (std::sqrt(top) + epsilon);
  }
};

// One pass over w, m, v and g: memory is what bounds it.
DK_CLONES void follow_adam(float* __restrict w, float* __restrict m, float* __restrict v, const float* __restrict g,
                           std::size_t count, adam_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    follow(w[i], m[i], v[i], g[i]);
}

DK_CLONES void follow_adam(float* w, float* m, float* v, const small_batch_gradient& g, adam_rule follow) {
  const bool rests = follow.keep == 1.0F; // else the weights shrink
  for_each_gradient(
      g, [=](std::size_t i, float gi) { follow(w[i], m[i], v[i], gi); },
      [=](std::size_t at, std::size_t count) { return rests && all_zero(v + at, count) && all_zero(m + at, count); });
}

DK_CLONES void follow_adam(float* __restrict w, float* __restrict m, float* __restrict v, float* __restrict top,
                           const float* __restrict g, std::size_t count, adam_rule follow) {
  for (std::size_t i = 0; i < count; ++i)
    follow(w[i], m[i], v[i], top[i], g[i]);
}

DK_CLONES void follow_adam(float* w, float* m, float* v, float* top, const small_batch_gradient& g, adam_rule follow) {
  for_each_gradient(g, [=](std::size_t i, float gi) { follow(w[i], m[i], v[i], top[i], gi); });
}

/// m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2; w <- w - r m / (sqrt(v) + epsilon)
/// with r = learning_rate sqrt(1 - b2^t) / (1 - b1^t) in step t = 1, 2, ... (Kingma and Ba 2015, "epsilon hat" as in
/// Keras). amsgrad: the largest v so far in place of v (Reddi 2018). AdamW: w shrinks by learning_rate weight_decay w
/// besides (Loshchilov and Hutter 2019).
class adam final : public optimizer {
public:
  adam(const spec& from, std::size_t num_weights, double weight_decay)
      : optimizer(num_weights, value_or(from, "amsgrad", false) ? 3 : 2, 0.0F, from, 0.001),
        beta_1_(value_or(from, "beta_1", 0.9)), beta_2_(value_or(from, "beta_2", 0.999)),
        epsilon_(value_or(from, "epsilon", 1e-7)), weight_decay_(weight_decay),
        amsgrad_(value_or(from, "amsgrad", false)) {}

protected:
  void update(std::size_t first, std::size_t count, float* weights, const float* gradient) override {
    if (amsgrad_)
      follow_adam(weights, array(0, first), array(1, first), array(2, first), gradient, count, now());
    else
      follow_adam(weights, array(0, first), array(1, first), gradient, count, now());
  }

  void update_small_batch(std::size_t first, float* weights, const small_batch_gradient& gradient) override {
    if (amsgrad_)
      follow_adam(weights, array(0, first), array(1, first), array(2, first), gradient, now());
    else
      follow_adam(weights, array(0, first), array(1, first), gradient, now());
  }

  double rate_of_step(std::uint64_t step, double rate) override {
    const auto t = static_cast<double>(step);
    return rate * std::sqrt(1 - std::pow(beta_2_, t)) / (1 - std::pow(beta_1_, t));
  }

private:
  adam_rule now() const {
    const auto shrink = static_cast<double>(plain_rate_now()) * weight_decay_;
    return {rate_now(), static_cast<float>(1 - beta_1_), static_cast<float>(1 - beta_2_), static_cast<float>(epsilon_),
            static_cast<float>(1 - shrink)};
  }

  double beta_1_;
  double beta_2_;
  double epsilon_;
  double weight_decay_;
  bool amsgrad_;
};

std::unique_ptr<optimizer> make_adam(const spec& from, std::size_t num_weights) {
  return std::make_unique<adam>(from, num_weights, 0);
}

std::unique_ptr<optimizer> make_adamw(const spec& from, std::size_t num_weights) {
  return std::make_unique<adam>(from, num_weights, value_or(from, "weight_decay", 0.004));
}

const std::vector<key_rule> adam_keys{{"beta_1", key_kind::number, false, {0, 1}},
                                      {"beta_2", key_kind::number, false, {0, 1}},
                                      {"epsilon", key_kind::number, false, at_least(0)},
                                      {"amsgrad", key_kind::flag}};

std::vector<key_rule> with_weight_decay() {
  auto all = adam_keys;
  all.push_back({"weight_decay", key_kind::number, false, at_least(0)});
  return all;
}

} // namespace

extern const optimizer_kind adam_optimizer;
const optimizer_kind adam_optimizer{"adam", "Adam", adam_keys, make_adam};

extern const optimizer_kind adamw_optimizer;
const optimizer_kind adamw_optimizer{"adamw", "AdamW", with_weight_decay(), make_adamw};

} // namespace dk::nn
