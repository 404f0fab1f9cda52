#include "common/simd.hpp"
#include "nn/buffer.hpp"
#include "nn/kernels/transpose.hpp"
#include "nn/layers/channel_keys.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

// sums_c <- sum of a_c, products_c <- sum of a_c b_c, over lines of `width` numbers; in float64, for there are many.
DK_CLONES void sum_lines(const float* a, const float* b, std::size_t lines, std::size_t width, double* sums,
                         double* products) {
  std::fill_n(sums, width, 0.0);
  std::fill_n(products, width, 0.0);
  for (std::size_t line = 0; line < lines; ++line, a += width, b += width)
    for (std::size_t c = 0; c < width; ++c) {
      sums[c] += static_cast<double>(a[c]);
      products[c] += static_cast<double>(a[c]) * static_cast<double>(b[c]);
    }
}

// y <- factor_c x + offset_c
DK_CLONES void scale_lines(const float* x, std::size_t lines, std::size_t width, const float* __restrict factors,
                           const float* __restrict offsets, float* __restrict y) {
  for (std::size_t line = 0; line < lines; ++line, x += width, y += width)
    for (std::size_t c = 0; c < width; ++c)
      y[c] = factors[c] * x[c] + offsets[c];
}

// dx <- a_c dy + b_c x + d_c
DK_CLONES void combine_lines(const float* __restrict dy, const float* __restrict x, std::size_t lines,
                             std::size_t width, const float* __restrict a, const float* __restrict b,
                             const float* __restrict d, float* __restrict dx) {
  for (std::size_t line = 0; line < lines; ++line, dy += width, x += width, dx += width)
    for (std::size_t c = 0; c < width; ++c)
      dx[c] = a[c] * dy[c] + b[c] * x[c] + d[c];
}

/// What the layer may have in its slice, in Keras's order.
struct layout {
  bool scale = true;
  bool center = true;
  std::size_t channels = 0;
  bool of_sample = false; ///< the moving variance is that of what the batch was drawn from

  std::size_t beta() const { return scale ? channels : 0; }
  std::size_t mean() const { return beta() + (center ? channels : 0); }
  std::size_t variance() const { return mean() + channels; }
};

/// Y = gamma (X - mean) / sqrt(variance + epsilon) + beta, channel by channel (Ioffe and Szegedy 2015). While training,
/// mean and variance are those of the batch, and the moving ones follow: m <- momentum m + (1 - momentum) batch's. When
/// predicting they are the moving ones; so they are in training while the layer is frozen, as in Keras from TensorFlow
/// 2 on.
///
/// The moving statistics are weights like all others, so that they travel with the center: what a worker commits is how
/// far they moved, and a server folds that in by the rule of its algorithm. No optimizer steps them. The variance is
/// that of the batch, as in Keras 3, or, with sample_variance, of what it was drawn from: the moving one is divided by
/// n - 1 in images, as in Keras 2.
class batch_normalization final : public layer {
public:
  batch_normalization(std::string name, const shape& input, std::size_t axis, const layout& of, const spec& from)
      : layer(std::move(name), input), axis_(axis), of_(of), keys_(from), momentum_(value_or(from, "momentum", 0.99)),
        epsilon_(value_or(from, "epsilon", 1e-3)),
        inner_(size_of({input.begin() + static_cast<std::ptrdiff_t>(axis) + 1, input.end()})),
        lines_(size_of(input) / of.channels) {}

  std::vector<weight_array> arrays() const override { return keys_.arrays(of_.channels, of_.scale, of_.center); }

  bool is_identity(bool) const override { return false; }

  void infer(const float* weights, const float* x, std::size_t rows, float* y) override {
    make_room();
    std::copy_n(weights + of_.mean(), of_.channels, mean());
    std::copy_n(weights + of_.variance(), of_.channels, variance());
    normalise(weights, x, rows, y);
  }

  void forward(const float* weights, const float* x, std::size_t rows, float* y) override {
    if (is_frozen())
      return infer(weights, x, rows, y);
    make_room();
    const auto count = static_cast<double>(rows * lines_);
    const auto* lying = channels_last(x, rows, x_);
    sum_lines(lying, lying, rows * lines_, of_.channels, sums_.data(), products_.data());
    for (std::size_t c = 0; c < of_.channels; ++c) {
      const auto centre = sums_[c] / count;
      mean()[c] = static_cast<float>(centre);
      // NaN stays, and rounding makes no variance negative
      const auto spread = products_[c] / count - centre * centre;
      variance()[c] = static_cast<float>(spread < 0 ? 0 : spread);
      follow(weights[of_.mean() + c], mean()[c], moved()[c]);
      follow(weights[of_.variance() + c], static_cast<float>(static_cast<double>(variance()[c]) * of_sample(count)),
             moved()[of_.channels + c]);
    }
    std::copy_n(mean(), of_.channels, batch_mean());
    std::transform(variance(), variance() + of_.channels, batch_inverse(), [this](float v) { return inverse(v); });
    normalise(weights, x, rows, y);
  }

  // With x' = (x - mean) / deviation and n numbers of a channel: dbeta = sum of dy, dgamma = sum of dy x',
  // dx = gamma / deviation (dy - dbeta / n - x' dgamma / n).
  void backward(const backward_pass& pass) override {
    if (is_frozen())
      return frozen_input_gradient(pass);
    const auto lines = pass.rows * lines_;
    const auto* x = channels_last(pass.x, pass.rows, x_);
    const auto* dy = channels_last(pass.dy, pass.rows, y_);
    sum_lines(dy, x, lines, of_.channels, sums_.data(), products_.data());
    for (std::size_t c = 0; c < of_.channels; ++c) // sum of dy x becomes that of dy x'
      products_[c] =
          (products_[c] - static_cast<double>(batch_mean()[c]) * sums_[c]) * static_cast<double>(batch_inverse()[c]);
    if (pass.dx != nullptr)
      input_gradient(pass, dy, x, lines);
    if (of_.scale)
      give(pass, 0, products_);
    if (of_.center)
      give(pass, of_.beta(), sums_);
    pass.sink->moved(pass.first + of_.mean(), 2 * of_.channels, moved());
  }

  nlohmann::json keras_config() const override {
    nlohmann::json config{{"axis", {axis_ + 1}},
                          {"momentum", momentum_},
                          {"epsilon", epsilon_},
                          {"center", of_.center},
                          {"scale", of_.scale}};
    keys_.write_keras(config);
    return config;
  }

private:
  // Not before the first use: a layer that is only described takes no memory.
  void make_room() {
    sums_.resize(of_.channels);
    products_.resize(of_.channels);
    numbers_.resize(7 * of_.channels);
  }

  // Seven lines of numbers, one per channel.
  float* mean() { return numbers_.data(); }
  float* variance() { return mean() + of_.channels; }
  float* batch_mean() { return mean() + 2 * of_.channels; }
  float* batch_inverse() { return mean() + 3 * of_.channels; }
  float* moved() { return mean() + 4 * of_.channels; } // two: mean and variance
  float* spare() { return mean() + 6 * of_.channels; }

  // What makes the variance of `count` numbers that of what they were drawn from.
  double of_sample(double count) const { return of_.of_sample && count > 1 ? count / (count - 1) : 1; }

  float inverse(float variance) const {
    return static_cast<float>(1 / std::sqrt(static_cast<double>(variance) + epsilon_));
  }

  void follow(float from, float to, float& moved) const {
    moved = static_cast<float>(momentum_ * static_cast<double>(from) + (1 - momentum_) * static_cast<double>(to));
  }

  // By mean() and variance(), which become offset and factor.
  void normalise(const float* weights, const float* x, std::size_t rows, float* y) {
    for (std::size_t c = 0; c < of_.channels; ++c) {
      const auto factor = factor_of(weights, variance()[c], c);
      mean()[c] = (of_.center ? weights[of_.beta() + c] : 0.0F) - factor * mean()[c];
      variance()[c] = factor;
    }
    scale(x, rows, y);
  }

  float factor_of(const float* weights, float variance, std::size_t channel) const {
    return inverse(variance) * (of_.scale ? weights[channel] : 1.0F);
  }

  // y <- variance() x + mean(), channel by channel.
  void scale(const float* x, std::size_t rows, float* y) {
    const auto* lying = channels_last(x, rows, x_);
    if (inner_ == 1)
      return scale_lines(lying, rows * lines_, of_.channels, variance(), mean(), y);
    y_.reserve(rows * lines_ * of_.channels);
    scale_lines(lying, rows * lines_, of_.channels, variance(), mean(), y_.data());
    channels_back(y_.data(), rows, y);
  }

  // The moving statistics are numbers like any others: dx = gamma / deviation dy.
  void frozen_input_gradient(const backward_pass& pass) {
    if (pass.dx == nullptr)
      return;
    for (std::size_t c = 0; c < of_.channels; ++c) {
      variance()[c] = factor_of(pass.weights, pass.weights[of_.variance() + c], c);
      mean()[c] = 0;
    }
    scale(pass.dy, pass.rows, pass.dx);
  }

  void input_gradient(const backward_pass& pass, const float* dy, const float* x, std::size_t lines) {
    const auto count = static_cast<double>(lines);
    auto* const factor = mean();
    auto* const slope = variance();
    auto* const offset = spare();
    for (std::size_t c = 0; c < of_.channels; ++c) {
      const auto inverse = static_cast<double>(batch_inverse()[c]);
      const auto gamma = of_.scale ? static_cast<double>(pass.weights[c]) : 1.0;
      const auto per_x = -gamma * inverse * inverse * products_[c] / count;
      factor[c] = static_cast<float>(gamma * inverse);
      slope[c] = static_cast<float>(per_x);
      offset[c] =
          static_cast<float>(-gamma * inverse * sums_[c] / count - per_x * static_cast<double>(batch_mean()[c]));
    }
    if (inner_ == 1)
      return combine_lines(dy, x, lines, of_.channels, factor, slope, offset, pass.dx);
    dx_.reserve(lines * of_.channels);
    combine_lines(dy, x, lines, of_.channels, factor, slope, offset, dx_.data());
    channels_back(dx_.data(), pass.rows, pass.dx);
  }

  void give(const backward_pass& pass, std::size_t at, const std::vector<double>& sums) const {
    auto* const to = pass.sink->room(pass.first + at, of_.channels);
    std::transform(sums.begin(), sums.end(), to, [](double sum) { return static_cast<float>(sum); });
    pass.sink->done(pass.first + at, of_.channels);
  }

  const float* channels_last(const float* x, std::size_t rows, buffer& to) const {
    if (inner_ == 1)
      return x;
    to.reserve(rows * lines_ * of_.channels);
    transpose_samples(x, rows * lines_ / inner_, of_.channels, inner_, to.data());
    return to.data();
  }

  void channels_back(const float* x, std::size_t rows, float* to) const {
    transpose_samples(x, rows * lines_ / inner_, inner_, of_.channels, to);
  }

  std::size_t axis_;
  layout of_;
  channel_keys keys_;
  double momentum_;
  double epsilon_;
  std::size_t inner_; // numbers behind the channel's axis
  std::size_t lines_; // numbers of a channel in a sample
  std::vector<double> sums_;
  std::vector<double> products_;
  std::vector<float> numbers_;
  buffer x_; // with the channels last, where they are not
  buffer y_;
  buffer dx_;
};

bool is_axis(const nlohmann::json& value) {
  return value.is_number_integer() && value != 0 && value >= -64 && value <= 64;
}

void check_axis(const nlohmann::json& value) {
  if (!is_axis(value) && !(value.is_array() && value.size() == 1 && is_axis(value[0])))
    throw failure{errc::config, value.dump() + " is no axis: it counts from 1, for 0 is the batch, or back from -1"};
}

std::unique_ptr<layer> make_batch_normalization(const spec& from, std::string name, const shape& input) {
  const auto given = value_or<nlohmann::json>(from, "axis", -1);
  const auto number = (given.is_array() ? given[0] : given).get<std::int64_t>();
  const auto rank = static_cast<std::int64_t>(input.size());
  const auto axis = number < 0 ? number + rank : number - 1;
  if (axis < 0 || axis >= rank)
    throw failure{errc::shape, "axis = " + std::to_string(number) + " is not one of its input " + batch_text(input)};
  const auto at = static_cast<std::size_t>(axis);
  const bool image = rank == 3 && axis != 1; // what Keras 2 has a kernel of its own for
  const layout of{value_or(from, "scale", true), value_or(from, "center", true), input[at],
                  image && value_or(from, "sample_variance", false)};
  return std::make_unique<batch_normalization>(std::move(name), input, at, of, from);
}

} // namespace

extern const layer_kind batch_normalization_layer;
const layer_kind batch_normalization_layer{"batch_normalization", "", "BatchNormalization",
                                           with_channel_keys({{"axis", key_kind::part, false, {}, {}, check_axis},
                                                              {"momentum", key_kind::number, false, {0, 1}},
                                                              {"epsilon", key_kind::number, false, at_least(0)},
                                                              {"center", key_kind::flag},
                                                              {"scale", key_kind::flag},
                                                              {"sample_variance", key_kind::flag}}),
                                           make_batch_normalization};

} // namespace dk::nn
