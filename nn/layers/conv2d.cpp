#include "nn/buffer.hpp"
#include "nn/kernels/convolution.hpp"
#include "nn/kernels/sum_rows.hpp"
#include "nn/kernels/transpose.hpp"
#include "nn/layers/image_keys.hpp"
#include "nn/layers/weight_keys.hpp"
#include "nn/parts/activation.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

// Outputs that are convolved at a time: bias and activation should find them in the L2 cache.
constexpr std::size_t group_numbers = std::size_t{1} << 17U;

shape output_of(const patch& over, std::size_t filters, bool channels_first) {
  return image{over.y.out, over.x.out, filters, channels_first}.extents();
}

/// Y = f(X * K + b): the sums of products of a patch's numbers with the kernel of each filter, wherever the patch
/// fits. K is height x width x channels x filters for either data format. Computed with the channels last; images with
/// the channels first are turned before and after.
class conv2d final : public layer {
public:
  conv2d(std::string name, const patch& over, std::size_t filters, const spec& from, bool channels_first)
      : layer(std::move(name), output_of(over, filters, channels_first)), over_(over), filters_(filters),
        channels_first_(channels_first), weights_(from), image_config_(image_config(from)),
        activation_(make_activation(value_or<nlohmann::json>(from, "activation", "linear"))),
        products_(make_convolution(over, filters)) {}

  std::vector<weight_array> arrays() const override {
    return weights_.arrays({over_.y.size, over_.x.size, over_.channels, filters_}, filters_);
  }

  bool is_identity(bool) const override { return false; }

  void infer(const float* weights, const float* x, std::size_t rows, float* y) override {
    if (!channels_first_)
      return compute(weights, x, rows, y);
    y_.reserve(rows * over_.positions() * filters_);
    compute(weights, channels_last(x, rows, x_), rows, y_.data());
    transpose_samples(y_.data(), rows, over_.positions(), filters_, y);
  }

  void backward(const backward_pass& pass) override {
    if (!channels_first_)
      return compute_backward(pass);
    auto turned = pass;
    turned.x = channels_last(pass.x, pass.rows, x_);
    turned.y = outputs_last(pass.y, pass.rows, y_);
    turned.dy = outputs_last(pass.dy, pass.rows, dy_);
    if (pass.dx != nullptr) {
      dx_.reserve(pass.rows * over_.input());
      turned.dx = dx_.data();
    }
    compute_backward(turned);
    if (pass.dx != nullptr)
      transpose_samples(dx_.data(), pass.rows, over_.y.in * over_.x.in, over_.channels, pass.dx);
  }

  nlohmann::json keras_config() const override {
    auto config = image_config_;
    config.update({{"filters", filters_}, {"activation", keras_activation(activation_)}, {"groups", 1}});
    config["kernel_size"] = {over_.y.size, over_.x.size};
    config["strides"] = {over_.y.stride, over_.x.stride};
    config["dilation_rate"] = {over_.y.dilation, over_.x.dilation};
    weights_.write_keras(config);
    return config;
  }

private:
  std::size_t kernel_size() const { return over_.numbers() * filters_; }

  void compute(const float* weights, const float* x, std::size_t rows, float* y) {
    const auto* const bias = weights_.use_bias ? weights + kernel_size() : nullptr;
    const auto outputs = over_.positions() * filters_;
    const auto group = std::max<std::size_t>(1, group_numbers / outputs);
    for (std::size_t from = 0; from < rows; from += group) {
      const auto count = std::min(group, rows - from);
      products_->forward(count, x + from * over_.input(), weights, y + from * outputs);
      activation_.apply(y + from * outputs, bias, count * over_.positions(), filters_);
    }
  }

  // dX first, because the sink may change K.
  void compute_backward(const backward_pass& pass) {
    differentiate(pass);
    if (pass.dx != nullptr)
      products_->input_gradient(pass.rows, pass.dy, pass.weights, pass.dx);
    if (pass.sink == nullptr)
      return;
    products_->kernel_gradient(pass.rows, pass.x, pass.dy, pass.sink->room(pass.first, kernel_size()));
    pass.sink->done(pass.first, kernel_size());
  }

  // dZ and its sum, sample by sample, while dZ is in the cache.
  void differentiate(const backward_pass& pass) const {
    const auto at = pass.first + kernel_size();
    auto* const sums = weights_.use_bias && pass.sink != nullptr ? pass.sink->room(at, filters_) : nullptr;
    const auto outputs = over_.positions() * filters_;
    for (std::size_t sample = 0; sample < pass.rows; ++sample) {
      auto* const dy = pass.dy + sample * outputs;
      activation_.differentiate(pass.y + sample * outputs, dy, over_.positions(), filters_);
      if (sums != nullptr)
        sum_rows(dy, over_.positions(), filters_, sums, sample > 0);
    }
    if (sums != nullptr)
      pass.sink->done(at, filters_);
  }

  const float* channels_last(const float* x, std::size_t rows, buffer& to) const {
    to.reserve(rows * over_.input());
    transpose_samples(x, rows, over_.channels, over_.y.in * over_.x.in, to.data());
    return to.data();
  }

  float* outputs_last(const float* y, std::size_t rows, buffer& to) const {
    to.reserve(rows * over_.positions() * filters_);
    transpose_samples(y, rows, filters_, over_.positions(), to.data());
    return to.data();
  }

  patch over_;
  std::size_t filters_;
  bool channels_first_;
  weight_keys weights_;
  nlohmann::json image_config_;
  activation_function activation_;
  std::unique_ptr<convolution> products_;
  buffer x_; // of images with the channels first, turned
  buffer y_;
  buffer dy_;
  buffer dx_;
};

std::unique_ptr<layer> make_conv2d(const spec& from, std::string name, const shape& input) {
  const auto over = image_of(from, input);
  const auto size = pair_of(from, "kernel_size", {1, 1});
  const auto filters = from.keys.at("filters").get<std::size_t>();
  const auto patch = patch_of(from, over, size, {1, 1});
  checked_size({size.first, size.second, over.channels, filters});
  checked_size({patch.y.out, patch.x.out, filters});
  return std::make_unique<conv2d>(std::move(name), patch, filters, from, over.channels_first);
}

} // namespace

extern const layer_kind conv2d_layer;
const layer_kind conv2d_layer{"conv2d", "filters", "Conv2D",
                              with_weight_keys({{"filters", key_kind::whole, true, {1, 1U << 24U}},
                                                pair_key("kernel_size", true),
                                                pair_key("strides"),
                                                padding_key(),
                                                data_format_key(),
                                                pair_key("dilation_rate"),
                                                activation_key()}),
                              make_conv2d};

} // namespace dk::nn
