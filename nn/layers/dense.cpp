#include "nn/kernels/gemm.hpp"
#include "nn/kernels/small_batch.hpp"
#include "nn/kernels/sum_rows.hpp"
#include "nn/layers/weight_keys.hpp"
#include "nn/parts/activation.hpp"

#include "common/error.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// Y = f(X W + b): X rows x in, W in x out (Keras's kernel, row-major), b out, Y rows x out.
/// dZ = dY f'(Z), dX = dZ W^T, dW = X^T dZ, db = sum of dZ's rows. The slice is W, then b where use_bias.
class dense final : public layer {
public:
  dense(std::string name, std::size_t in, std::size_t out, const weight_keys& keys,
        const activation_function& activation)
      : layer(std::move(name), {out}), in_(in), out_(out), keys_(keys), use_bias_(keys.use_bias),
        activation_(activation), applied_(activation) {}

  std::vector<weight_array> arrays() const override { return keys_.arrays({in_, out_}, out_); }

  bool is_identity(bool) const override { return false; }

  void infer(const float* weights, const float* x, std::size_t rows, float* y) override {
    if (rows <= small_batch_rows)
      small_batch_product(rows, out_, in_, x, weights, y);
    else
      gemm(rows, out_, in_, {x, in_}, {weights, out_}, y, out_);
    applied_.apply(y, use_bias_ ? weights + in_ * out_ : nullptr, rows, out_);
  }

  void backward(const backward_pass& pass) override {
    applied_.differentiate(pass.y, pass.dy, pass.rows, out_);
    if (use_bias_ && pass.sink != nullptr) {
      const auto at = pass.first + in_ * out_;
      sum_rows(pass.dy, pass.rows, out_, pass.sink->room(at, out_));
      pass.sink->done(at, out_);
    }
    backward_bands(pass);
  }

  bool leave_activation(std::string_view name) override {
    if (activation_.name != name)
      return false;
    applied_ = find_activation("linear");
    return true;
  }

  nlohmann::json keras_config() const override {
    nlohmann::json config{{"units", out_}, {"activation", keras_activation(activation_)}};
    keys_.write_keras(config);
    return config;
  }

private:
  // Rows of W, their gradient and the moments of their optimizer should share the L2 cache; a large batch is bound by
  // the products instead, and each band makes them pack dZ again.
  std::size_t band_rows(std::size_t batch) const {
    const std::size_t numbers = batch < 64 ? 32768 : 131072;
    return std::max<std::size_t>(16, numbers / out_ / 16 * 16);
  }

  // Of each band dX first, because the sink may change W.
  void backward_bands(const backward_pass& pass) const {
    const auto band = band_rows(pass.rows);
    for (std::size_t from = 0; from < in_; from += band) {
      const auto count = std::min(band, in_ - from);
      if (pass.dx != nullptr)
        input_gradient(pass, from, count);
      if (pass.sink != nullptr)
        kernel_gradient(pass, from, count);
    }
  }

  void input_gradient(const backward_pass& pass, std::size_t from, std::size_t count) const {
    const auto* const w = pass.weights + from * out_;
    if (pass.rows <= small_batch_rows)
      small_batch_input_gradient(pass.rows, out_, count, pass.dy, w, pass.dx + from, in_);
    else
      gemm(pass.rows, count, out_, {pass.dy, out_}, {w, out_, true}, pass.dx + from, in_);
  }

  void kernel_gradient(const backward_pass& pass, std::size_t from, std::size_t count) const {
    const auto at = pass.first + from * out_;
    if (pass.rows <= small_batch_rows)
      return pass.sink->done(at, {pass.rows, count, out_, pass.x + from, in_, pass.dy});
    gemm(count, out_, pass.rows, {pass.x + from, in_, true}, {pass.dy, out_}, pass.sink->room(at, count * out_), out_);
    pass.sink->done(at, count * out_);
  }

  std::size_t in_;
  std::size_t out_;
  weight_keys keys_;
  bool use_bias_;
  activation_function activation_;
  activation_function applied_; // linear when the model applies the activation itself
};

std::unique_ptr<layer> make_dense(const spec& from, std::string name, const shape& input) {
  if (input.size() != 1)
    throw failure{
        errc::shape,
        "dense takes samples of one axis, but its input is " + batch_text(input) +
            "; over the last of several axes it is not supported; a flatten layer before it would join them all"};
  return std::make_unique<dense>(std::move(name), input[0], value_or<std::size_t>(from, "units", 0), weight_keys{from},
                                 make_activation(value_or<nlohmann::json>(from, "activation", "linear")));
}

} // namespace

extern const layer_kind dense_layer;
const layer_kind dense_layer{"dense", "units", "Dense",
                             with_weight_keys({{"units", key_kind::whole, true, {1, 1U << 30U}}, activation_key()}),
                             make_dense};

} // namespace dk::nn
