#pragma once

#include "nn/shape.hpp"

#include <cstddef>

namespace dk::nn {

/// One side of a patch that moves over an image: `size` numbers, `dilation` apart, each position `stride` further.
struct patch_axis {
  std::size_t in = 0;   ///< extent of the image
  std::size_t size = 1; ///< of the patch
  std::size_t stride = 1;
  std::size_t dilation = 1;
  std::size_t before = 0; ///< padding
  std::size_t after = 0;
  std::size_t out = 0; ///< positions

  /// Where the patch's number `k` lies at position `at`, or `in` or more for padding (below 0 wraps around).
  std::size_t source(std::size_t at, std::size_t k) const { return at * stride + k * dilation - before; }
};

/// A patch over the height and the width of images in the layout rows x height x width x channels.
struct patch {
  patch_axis y;
  patch_axis x;
  std::size_t channels = 0;

  std::size_t positions() const { return y.out * x.out; }
  std::size_t numbers() const { return y.size * x.size * channels; } ///< under the patch
  std::size_t input() const { return y.in * x.in * channels; }       ///< of one sample
};

/// Keras's padding: "same" makes ceil(in / stride) positions and puts the larger half of the padding behind; "valid"
/// has none. @throws failure (shape) when the patch is larger than the image
patch_axis make_axis(std::size_t in, std::size_t size, std::size_t stride, std::size_t dilation, bool same);

} // namespace dk::nn
