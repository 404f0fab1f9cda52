#pragma once

#include "nn/kernels/patch.hpp"
#include "nn/keys.hpp"

#include <utility>

namespace dk::nn {

/// Height, width and channels of a sample, whichever way it lies.
struct image {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  bool channels_first = false;

  std::size_t pixels() const { return height * width; }
  shape extents() const { return channels_first ? shape{channels, height, width} : shape{height, width, channels}; }
};

/// The input of a layer with the key data_format. @throws failure (shape) when it has not three axes
image image_of(const spec& from, const shape& input);

/// A key that holds one number for both axes or a list of two; {height, width}.
std::pair<std::size_t, std::size_t> pair_of(const spec& from, const char* key,
                                            std::pair<std::size_t, std::size_t> otherwise);

/// The patch that the keys strides, dilation_rate and padding describe. Strides default to `strides`.
patch patch_of(const spec& from, const image& over, std::pair<std::size_t, std::size_t> size,
               std::pair<std::size_t, std::size_t> strides);

/// The config that Keras has of such a layer, as far as `from` has it: padding and data_format.
nlohmann::json image_config(const spec& from);

/// A key for pair_of.
key_rule pair_key(const char* name, bool required = false);
key_rule padding_key();
key_rule data_format_key();

} // namespace dk::nn
