#include "common/simd.hpp"
#include "nn/buffer.hpp"
#include "nn/layer.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

// The i-th random word of a stream: an integer hash of i (the "lowbias32" finalizer of Wellons' hash-prospector, public
// domain), stirred by 64 bits of key. Integers only and no state, so every instruction set draws the same bits.
DK_INLINE std::uint32_t word_at(std::uint32_t i, std::uint32_t low, std::uint32_t high) {
  std::uint32_t x = i * 0x9e3779b9U + low;
  x ^= x >> 16U;
  x *= 0x7feb352dU;
  x ^= (x >> 15U) ^ high;
  x *= 0x846ca68bU;
  return x ^ (x >> 16U);
}

// factors_i <- 0 with probability `rate`, else `keep`; y_i <- x_i factors_i
DK_CLONES void drop(const float* __restrict x, std::size_t size, std::uint64_t key, std::uint32_t threshold, float keep,
                    float* __restrict factors, float* __restrict y) {
  const auto low = static_cast<std::uint32_t>(key);
  const auto high = static_cast<std::uint32_t>(key >> 32U);
  for (std::size_t i = 0; i < size; ++i) {
    factors[i] = word_at(static_cast<std::uint32_t>(i), low, high) >= threshold ? keep : 0.0F;
    y[i] = x[i] * factors[i];
  }
}

DK_CLONES void multiply(const float* __restrict a, const float* __restrict b, std::size_t size, float* __restrict out) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = a[i] * b[i];
}

/// Y = X M / (1 - rate), each number of M 0 with probability `rate`, else 1; new in every training step, and from the
/// beginning again after seed(). Y = X when predicting. (Srivastava 2014, in the inverted form that Keras uses.)
class dropout final : public layer {
public:
  dropout(std::string name, const shape& input, double rate)
      : layer(std::move(name), input), size_(size_of(input)), rate_(rate) {}

  bool is_identity(bool training) const override { return !training || rate_ == 0; }
  void infer(const float*, const float*, std::size_t, float*) override {}

  void forward(const float*, const float* x, std::size_t rows, float* y) override {
    factors_.reserve(rows * size_);
    const auto threshold = static_cast<std::uint32_t>(std::min(rate_ * 4294967296.0, 4294967295.0));
    drop(x, rows * size_, mix(seed_ ^ mix(step_++)), threshold, static_cast<float>(1 / (1 - rate_)), factors_.data(),
         y);
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx != nullptr)
      multiply(pass.dy, factors_.data(), pass.rows * size_, pass.dx);
  }

  void seed(std::uint64_t seed) override {
    seed_ = seed;
    step_ = 0;
  }

  nlohmann::json keras_config() const override {
    return {{"rate", rate_}, {"noise_shape", nullptr}, {"seed", nullptr}};
  }

private:
  std::size_t size_;
  double rate_;
  std::uint64_t seed_ = 0;
  std::uint64_t step_ = 0;
  buffer factors_; // of the last forward
};

std::unique_ptr<layer> make_dropout(const spec& from, std::string name, const shape& input) {
  return std::make_unique<dropout>(std::move(name), input, from.keys.at("rate").get<double>());
}

} // namespace

extern const layer_kind dropout_layer;
const layer_kind dropout_layer{"dropout", "rate", "Dropout", {{"rate", key_kind::number, true, {0, 1}}}, make_dropout};

} // namespace dk::nn
