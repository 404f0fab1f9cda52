#include "common/simd.hpp"
#include "nn/layer.hpp"
#include "nn/layers/image_keys.hpp"

#include <algorithm>
#include <limits>

namespace dk::nn {

namespace {

// best <- the larger of both; NaN stays.
DK_CLONES void take_larger(const float* __restrict x, std::size_t count, float* __restrict best) {
  for (std::size_t i = 0; i < count; ++i)
    best[i] = x[i] > best[i] || x[i] != x[i] ? x[i] : best[i];
}

// The same, and at <- position where that is x.
DK_CLONES void take_larger(const float* __restrict x, std::size_t count, std::uint32_t position, float* __restrict best,
                           std::uint32_t* __restrict at) {
  for (std::size_t i = 0; i < count; ++i) {
    const bool larger = x[i] > best[i] || x[i] != x[i];
    best[i] = larger ? x[i] : best[i];
    at[i] = larger ? position : at[i];
  }
}

// dx <- dx + dy where the largest was found at this position
DK_CLONES void give_back(const float* __restrict dy, const std::uint32_t* __restrict at, std::size_t count,
                         std::uint32_t position, float* __restrict dx) {
  for (std::size_t i = 0; i < count; ++i)
    dx[i] += at[i] == position ? dy[i] : 0.0F;
}

DK_CLONES void add_scaled(const float* __restrict x, std::size_t count, float factor, float* __restrict to) {
  for (std::size_t i = 0; i < count; ++i)
    to[i] += factor * x[i];
}

/// What pooling layers share: the window, and images with the channels first taken as so many images of one channel.
class pooling2d : public layer {
public:
  pooling2d(std::string name, const window& over, const image& input, const spec& from)
      : layer(std::move(name), image{over.y.out, over.x.out, input.channels, input.channels_first}.extents()),
        over_(over), images_(input.channels_first ? input.channels : 1), image_config_(image_config(from)) {
    if (input.channels_first)
      over_.channels = 1;
  }

  bool is_identity(bool) const override { return false; }

  nlohmann::json keras_config() const override {
    auto config = image_config_;
    config["pool_size"] = {over_.y.size, over_.x.size};
    config["strides"] = {over_.y.stride, over_.x.stride};
    return config;
  }

protected:
  // use(where the position's numbers are in the output) and then, for each pixel under the window, visit(where its
  // numbers are in the input, number of the pixel under the window)
  template <class Use>
  void for_each_position(std::size_t rows, Use use) const {
    std::size_t out = 0;
    for (std::size_t sample = 0; sample < rows * images_; ++sample)
      for (std::size_t top = 0; top < over_.y.out; ++top)
        for (std::size_t left = 0; left < over_.x.out; ++left, out += over_.channels)
          use(sample, top, left, out);
  }

  template <class Visit>
  void for_each_pixel(std::size_t sample, std::size_t top, std::size_t left, Visit visit) const {
    for (std::size_t ky = 0; ky < over_.y.size; ++ky) {
      const auto y = over_.y.source(top, ky);
      if (y >= over_.y.in)
        continue;
      for (std::size_t kx = 0; kx < over_.x.size; ++kx)
        if (const auto x = over_.x.source(left, kx); x < over_.x.in)
          visit(((sample * over_.y.in + y) * over_.x.in + x) * over_.channels,
                static_cast<std::uint32_t>(ky * over_.x.size + kx));
    }
  }

  std::size_t input_size(std::size_t rows) const { return rows * images_ * over_.input(); }
  std::size_t output_size(std::size_t rows) const { return rows * images_ * over_.positions() * over_.channels; }
  std::size_t channels() const { return over_.channels; }

private:
  window over_;
  std::size_t images_; // in a sample
  nlohmann::json image_config_;
};

/// Y = the largest number under the window; padding counts as nothing. The gradient goes to the first of several.
class max_pooling2d final : public pooling2d {
public:
  using pooling2d::pooling2d;

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    std::fill_n(y, output_size(rows), -std::numeric_limits<float>::infinity());
    for_each_position(rows, [&](std::size_t sample, std::size_t top, std::size_t left, std::size_t out) {
      for_each_pixel(sample, top, left,
                     [&](std::size_t in, std::uint32_t) { take_larger(x + in, channels(), y + out); });
    });
  }

  void forward(const float*, const float* x, std::size_t rows, float* y) override {
    std::fill_n(y, output_size(rows), -std::numeric_limits<float>::infinity());
    at_.resize(std::max(at_.size(), output_size(rows)));
    for_each_position(rows, [&](std::size_t sample, std::size_t top, std::size_t left, std::size_t out) {
      std::fill_n(at_.data() + out, channels(), 0U);
      for_each_pixel(sample, top, left, [&](std::size_t in, std::uint32_t position) {
        take_larger(x + in, channels(), position, y + out, at_.data() + out);
      });
    });
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    std::fill_n(pass.dx, input_size(pass.rows), 0.0F);
    for_each_position(pass.rows, [&](std::size_t sample, std::size_t top, std::size_t left, std::size_t out) {
      for_each_pixel(sample, top, left, [&](std::size_t in, std::uint32_t position) {
        give_back(pass.dy + out, at_.data() + out, channels(), position, pass.dx + in);
      });
    });
  }

private:
  std::vector<std::uint32_t> at_; // pixel under the window, per output
};

/// Y = the mean of the numbers under the window; padding is not counted.
class average_pooling2d final : public pooling2d {
public:
  using pooling2d::pooling2d;

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    std::fill_n(y, output_size(rows), 0.0F);
    for_each_position(rows, [&](std::size_t sample, std::size_t top, std::size_t left, std::size_t out) {
      const auto part = 1.0F / pixels_under(sample, top, left);
      for_each_pixel(sample, top, left,
                     [&](std::size_t in, std::uint32_t) { add_scaled(x + in, channels(), part, y + out); });
    });
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx == nullptr)
      return;
    std::fill_n(pass.dx, input_size(pass.rows), 0.0F);
    for_each_position(pass.rows, [&](std::size_t sample, std::size_t top, std::size_t left, std::size_t out) {
      const auto part = 1.0F / pixels_under(sample, top, left);
      for_each_pixel(sample, top, left,
                     [&](std::size_t in, std::uint32_t) { add_scaled(pass.dy + out, channels(), part, pass.dx + in); });
    });
  }

private:
  float pixels_under(std::size_t sample, std::size_t top, std::size_t left) const {
    float count = 0;
    for_each_pixel(sample, top, left, [&](std::size_t, std::uint32_t) { ++count; });
    return count;
  }
};

template <class Pooling>
std::unique_ptr<layer> make(const spec& from, std::string name, const shape& input) {
  const auto over = image_of(from, input);
  const auto size = pair_of(from, "pool_size", {2, 2});
  return std::make_unique<Pooling>(std::move(name), window_of(from, over, size, size), over, from);
}

std::vector<key_rule> keys() {
  return {pair_key("pool_size", true), pair_key("strides"), padding_key(), data_format_key()};
}

} // namespace

extern const layer_kind max_pooling2d_layer;
const layer_kind max_pooling2d_layer{"max_pooling2d", "pool_size", "MaxPooling2D", keys(), make<max_pooling2d>};

extern const layer_kind average_pooling2d_layer;
const layer_kind average_pooling2d_layer{"average_pooling2d", "pool_size", "AveragePooling2D", keys(),
                                         make<average_pooling2d>};

} // namespace dk::nn
