#include "nn/kernels/convolution.hpp"

#include "nn/buffer.hpp"
#include "nn/kernels/gemm.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

// Numbers of unrolled images at a time: they should stay in the L2 cache between unrolling and the product.
constexpr std::size_t unrolled_numbers = std::size_t{1} << 18U;

// Calls use(number under the patch, number of the image, count) for every run of numbers that lie next to each other
// in both, at the position (top, left); what is padding is left out.
template <class Use>
void for_each_run(const patch& w, std::size_t top, std::size_t left, Use use) {
  const bool dense = w.x.dilation == 1;
  for (std::size_t ky = 0; ky < w.y.size; ++ky) {
    const auto y = w.y.source(top, ky);
    if (y >= w.y.in)
      continue;
    if (dense) { // the part of the patch's line that lies in the image
      const auto from = w.x.before > left * w.x.stride ? w.x.before - left * w.x.stride : 0;
      const auto end = std::min(w.x.size, w.x.in + w.x.before - left * w.x.stride);
      if (from < end)
        use((ky * w.x.size + from) * w.channels, (y * w.x.in + w.x.source(left, from)) * w.channels,
            (end - from) * w.channels);
      continue;
    }
    for (std::size_t kx = 0; kx < w.x.size; ++kx)
      if (const auto x = w.x.source(left, kx); x < w.x.in)
        use((ky * w.x.size + kx) * w.channels, (y * w.x.in + x) * w.channels, w.channels);
  }
}

class unrolled_convolution final : public convolution {
public:
  unrolled_convolution(const patch& over, std::size_t filters)
      : over_(over), filters_(filters), numbers_(over.numbers()),
        samples_at_once_(std::max<std::size_t>(1, unrolled_numbers / (over.positions() * numbers_))),
        is_plain_(numbers_ == over.channels && over.positions() == over.y.in * over.x.in && over.y.before == 0 &&
                  over.x.before == 0) {}

  void forward(std::size_t rows, const float* x, const float* kernel, float* y) override {
    in_groups(rows, [&](std::size_t first, std::size_t lines) {
      gemm(lines, filters_, numbers_, {unrolled(x, first, lines), numbers_}, {kernel, filters_}, output(y, first),
           filters_);
    });
  }

  void input_gradient(std::size_t rows, const float* dy, const float* kernel, float* dx) override {
    std::fill_n(dx, rows * over_.input(), 0.0F);
    in_groups(rows, [&](std::size_t first, std::size_t lines) {
      auto* const to = is_plain_ ? dx + first * over_.input() : room(lines);
      gemm(lines, numbers_, filters_, {output(dy, first), filters_}, {kernel, filters_, true}, to, numbers_);
      if (!is_plain_)
        roll(to, lines / over_.positions(), dx + first * over_.input());
    });
  }

  void kernel_gradient(std::size_t rows, const float* x, const float* dy, float* dkernel) override {
    in_groups(rows, [&](std::size_t first, std::size_t lines) {
      gemm(numbers_, filters_, lines, {unrolled(x, first, lines), numbers_, true}, {output(dy, first), filters_},
           dkernel, filters_, first > 0);
    });
  }

private:
  // use(first sample, lines of the unrolled samples)
  template <class Use>
  void in_groups(std::size_t rows, Use use) {
    for (std::size_t first = 0; first < rows; first += samples_at_once_)
      use(first, std::min(samples_at_once_, rows - first) * over_.positions());
  }

  template <class Number>
  Number* output(Number* y, std::size_t first) const {
    return y + first * over_.positions() * filters_;
  }

  float* room(std::size_t lines) {
    unrolled_.reserve(lines * numbers_);
    return unrolled_.data();
  }

  // One line of numbers under the patch per position.
  const float* unrolled(const float* x, std::size_t first, std::size_t lines) {
    x += first * over_.input();
    if (is_plain_)
      return x;
    auto* to = room(lines);
    for (std::size_t sample = 0; sample < lines / over_.positions(); ++sample, x += over_.input())
      for (std::size_t top = 0; top < over_.y.out; ++top)
        for (std::size_t left = 0; left < over_.x.out; ++left, to += numbers_) {
          if (has_padding())
            std::fill_n(to, numbers_, 0.0F);
          for_each_run(over_, top, left, [&](std::size_t under, std::size_t at, std::size_t count) {
            std::copy_n(x + at, count, to + under);
          });
        }
    return unrolled_.data();
  }

  bool has_padding() const { return over_.y.before + over_.y.after + over_.x.before + over_.x.after > 0; }

  // The way back: every number of an image collects what it was under.
  void roll(const float* from, std::size_t samples, float* dx) const {
    for (std::size_t sample = 0; sample < samples; ++sample, dx += over_.input())
      for (std::size_t top = 0; top < over_.y.out; ++top)
        for (std::size_t left = 0; left < over_.x.out; ++left, from += numbers_)
          for_each_run(over_, top, left, [&](std::size_t under, std::size_t at, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i)
              dx[at + i] += from[under + i];
          });
  }

  patch over_;
  std::size_t filters_;
  std::size_t numbers_;
  std::size_t samples_at_once_;
  bool is_plain_; // a patch of one pixel that goes everywhere: images are unrolled already
  buffer unrolled_;
};

} // namespace

std::unique_ptr<convolution> make_unrolled_convolution(const patch& over, std::size_t filters) {
  return std::make_unique<unrolled_convolution>(over, filters);
}

} // namespace dk::nn
