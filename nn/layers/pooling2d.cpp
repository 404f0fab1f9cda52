#include "common/simd.hpp"
#include "nn/layer.hpp"
#include "nn/layers/image_keys.hpp"

#include <algorithm>
#include <limits>

namespace dk::nn {

namespace {

// How many of the patch's numbers on this side are not padding.
DK_INLINE std::size_t inside(const patch_axis& side, std::size_t at) {
  std::size_t count = 0;
  for (std::size_t k = 0; k < side.size; ++k)
    count += side.source(at, k) < side.in ? 1U : 0U;
  return count;
}

// Walks over every position of a patch in every image, and every pixel under it: visit.begin_image(where its numbers
// are in the input, their count), visit.begin(where the position's numbers are in the output, channels, pixels under
// the patch), visit.pixel(where its numbers are in the input, those in the output, channels, number under the patch).
// The visitor becomes part of the loops, which is why it is a struct of inlined functions.
template <class Visitor>
DK_INLINE void walk(const patch& over, std::size_t images, Visitor visit) {
  std::size_t out = 0;
  for (std::size_t image = 0; image < images; ++image) {
    visit.begin_image(image * over.input(), over.input());
    for (std::size_t top = 0; top < over.y.out; ++top)
      for (std::size_t left = 0; left < over.x.out; ++left, out += over.channels) {
        visit.begin(out, over.channels, inside(over.y, top) * inside(over.x, left));
        for (std::size_t ky = 0; ky < over.y.size; ++ky) {
          const auto y = over.y.source(top, ky);
          if (y >= over.y.in)
            continue;
          for (std::size_t kx = 0; kx < over.x.size; ++kx)
            if (const auto x = over.x.source(left, kx); x < over.x.in)
              visit.pixel(((image * over.y.in + y) * over.x.in + x) * over.channels, out, over.channels,
                          static_cast<std::uint32_t>(ky * over.x.size + kx));
        }
      }
  }
}

// y <- the larger of both; NaN stays.
struct keep_largest {
  const float* x;
  float* y;

  DK_INLINE void begin_image(std::size_t, std::size_t) const {}
  DK_INLINE void begin(std::size_t out, std::size_t channels, std::size_t) const {
    std::fill_n(y + out, channels, -std::numeric_limits<float>::infinity());
  }
  DK_INLINE void pixel(std::size_t in, std::size_t out, std::size_t channels, std::uint32_t) const {
    DK_INDEPENDENT
    for (std::size_t i = 0; i < channels; ++i)
      y[out + i] = x[in + i] > y[out + i] || x[in + i] != x[in + i] ? x[in + i] : y[out + i];
  }
};

// The same, and at <- the pixel where that was.
struct keep_largest_and_where {
  const float* x;
  float* y;
  std::uint32_t* at;

  DK_INLINE void begin_image(std::size_t, std::size_t) const {}
  DK_INLINE void begin(std::size_t out, std::size_t channels, std::size_t) const {
    std::fill_n(y + out, channels, -std::numeric_limits<float>::infinity());
    std::fill_n(at + out, channels, 0U);
  }
  DK_INLINE void pixel(std::size_t in, std::size_t out, std::size_t channels, std::uint32_t number) const {
    DK_INDEPENDENT
    for (std::size_t i = 0; i < channels; ++i) {
      const bool larger = x[in + i] > y[out + i] || x[in + i] != x[in + i];
      y[out + i] = larger ? x[in + i] : y[out + i];
      at[out + i] = larger ? number : at[out + i];
    }
  }
};

// dx <- dx + dy where the largest was found at this pixel
struct give_back {
  const float* dy;
  const std::uint32_t* at;
  float* dx;

  DK_INLINE void begin_image(std::size_t in, std::size_t count) const { std::fill_n(dx + in, count, 0.0F); }
  DK_INLINE void begin(std::size_t, std::size_t, std::size_t) const {}
  DK_INLINE void pixel(std::size_t in, std::size_t out, std::size_t channels, std::uint32_t number) const {
    DK_INDEPENDENT
    for (std::size_t i = 0; i < channels; ++i)
      dx[in + i] += at[out + i] == number ? dy[out + i] : 0.0F;
  }
};

// y <- the mean of x
struct mean {
  const float* x;
  float* y;
  float part = 0;

  DK_INLINE void begin_image(std::size_t, std::size_t) const {}
  DK_INLINE void begin(std::size_t out, std::size_t channels, std::size_t pixels) {
    part = 1.0F / static_cast<float>(pixels);
    std::fill_n(y + out, channels, 0.0F);
  }
  DK_INLINE void pixel(std::size_t in, std::size_t out, std::size_t channels, std::uint32_t) const {
    DK_INDEPENDENT
    for (std::size_t i = 0; i < channels; ++i)
      y[out + i] += part * x[in + i];
  }
};

// dx <- dx + each pixel's part of dy
struct share {
  const float* dy;
  float* dx;
  float part = 0;

  DK_INLINE void begin_image(std::size_t in, std::size_t count) const { std::fill_n(dx + in, count, 0.0F); }
  DK_INLINE void begin(std::size_t, std::size_t, std::size_t pixels) { part = 1.0F / static_cast<float>(pixels); }
  DK_INLINE void pixel(std::size_t in, std::size_t out, std::size_t channels, std::uint32_t) const {
    DK_INDEPENDENT
    for (std::size_t i = 0; i < channels; ++i)
      dx[in + i] += part * dy[out + i];
  }
};

DK_CLONES void walk_all(const patch& over, std::size_t images, keep_largest visit) {
  walk(over, images, visit);
}
DK_CLONES void walk_all(const patch& over, std::size_t images, keep_largest_and_where visit) {
  walk(over, images, visit);
}
DK_CLONES void walk_all(const patch& over, std::size_t images, give_back visit) {
  walk(over, images, visit);
}
DK_CLONES void walk_all(const patch& over, std::size_t images, mean visit) {
  walk(over, images, visit);
}
DK_CLONES void walk_all(const patch& over, std::size_t images, share visit) {
  walk(over, images, visit);
}

/// What pooling layers share: the patch, and images with the channels first taken as so many images of one channel.
class pooling2d : public layer {
public:
  pooling2d(std::string name, const patch& over, const image& input, const spec& from)
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
  template <class Visitor>
  void walk_rows(std::size_t rows, Visitor visit) const {
    walk_all(over_, rows * images_, visit);
  }

  std::size_t output_size(std::size_t rows) const { return rows * images_ * over_.positions() * over_.channels; }

private:
  patch over_;
  std::size_t images_; // in a sample
  nlohmann::json image_config_;
};

/// Y = the largest number under the patch; padding counts as nothing. The gradient goes to the first of several.
class max_pooling2d final : public pooling2d {
public:
  using pooling2d::pooling2d;

  void infer(const float*, const float* x, std::size_t rows, float* y) override { walk_rows(rows, keep_largest{x, y}); }

  void forward(const float*, const float* x, std::size_t rows, float* y) override {
    at_.resize(std::max(at_.size(), output_size(rows)));
    walk_rows(rows, keep_largest_and_where{x, y, at_.data()});
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx != nullptr)
      walk_rows(pass.rows, give_back{pass.dy, at_.data(), pass.dx});
  }

private:
  std::vector<std::uint32_t> at_; // pixel under the patch, per output
};

/// Y = the mean of the numbers under the patch; padding is not counted.
class average_pooling2d final : public pooling2d {
public:
  using pooling2d::pooling2d;

  void infer(const float*, const float* x, std::size_t rows, float* y) override { walk_rows(rows, mean{x, y}); }

  void backward(const backward_pass& pass) override {
    if (pass.dx != nullptr)
      walk_rows(pass.rows, share{pass.dy, pass.dx});
  }
};

template <class Pooling>
std::unique_ptr<layer> make_pooling(const spec& from, std::string name, const shape& input) {
  const auto over = image_of(from, input);
  const auto size = pair_of(from, "pool_size", {2, 2});
  return std::make_unique<Pooling>(std::move(name), patch_of(from, over, size, size), over, from);
}

std::vector<key_rule> pooling_keys() {
  return {pair_key("pool_size", true), pair_key("strides"), padding_key(), data_format_key()};
}

} // namespace

extern const layer_kind max_pooling2d_layer;
const layer_kind max_pooling2d_layer{"max_pooling2d", "pool_size", "MaxPooling2D", pooling_keys(),
                                     make_pooling<max_pooling2d>};

extern const layer_kind average_pooling2d_layer;
const layer_kind average_pooling2d_layer{"average_pooling2d", "pool_size", "AveragePooling2D", pooling_keys(),
                                         make_pooling<average_pooling2d>};

} // namespace dk::nn
