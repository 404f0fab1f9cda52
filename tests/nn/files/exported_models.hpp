#pragma once

#include "nn/parts/activation.hpp"
#include "tests/nn/fixtures.hpp"

#include <string>
#include <utility>
#include <vector>

namespace dk::nn::test {

/// Models that together have every layer, every activation and both data formats.
inline std::vector<architecture> exported_models() {
  const spec flat{"flatten"};
  const spec flat_first{"flatten", {{"data_format", "channels_first"}}};
  std::vector<architecture> all{
      {"mlp", {20}, {dense(30, "relu"), dropout(0.5), dense(8, "tanh"), dense(4, "softmax")}},
      {"convnet",
       {9, 8, 2},
       {{"conv2d",
         {{"filters", 3}, {"kernel_size", {3, 2}}, {"strides", {2, 1}}, {"padding", "same"}, {"activation", "tanh"}}},
        {"batch_normalization"},
        {"leaky_relu", {{"alpha", 0.25}}},
        {"max_pooling2d", {{"pool_size", 2}}},
        flat,
        dense(4, "softmax")}},
      {"channels_first",
       {2, 9, 8},
       {{"conv2d", {{"filters", 3}, {"kernel_size", 3}, {"data_format", "channels_first"}, {"activation", "softmax"}}},
        {"batch_normalization", {{"axis", 1}}},
        {"zero_padding2d", {{"padding", {{1, 2}, {0, 3}}}, {"data_format", "channels_first"}}},
        {"average_pooling2d",
         {{"pool_size", {3, 2}}, {"strides", 2}, {"padding", "same"}, {"data_format", "channels_first"}}},
        {"max_pooling2d", {{"pool_size", 2}, {"padding", "same"}, {"data_format", "channels_first"}}},
        flat_first,
        dense(5)}},
      {"image_rest",
       {10, 9, 3},
       {{"rescaling", {{"scale", 0.5}, {"offset", -0.25}}},
        {"zero_padding2d", {{"padding", {{0, 1}, {2, 0}}}}},
        {"conv2d",
         {{"filters", 4},
          {"kernel_size", 2},
          {"dilation_rate", {2, 3}},
          {"use_bias", false},
          {"activation", "softmax"}}},
        {"average_pooling2d", {{"pool_size", 3}, {"strides", 2}, {"padding", "same"}}},
        {"batch_normalization", {{"scale", false}}},
        {"elu", {{"alpha", 0.5}}},
        {"global_average_pooling2d", {{"keepdims", true}}},
        {"reshape", {{"target_shape", {2, 2}}}},
        {"batch_normalization", {{"center", false}, {"axis", 1}}},
        flat,
        {"dense", {{"units", 2}, {"use_bias", false}}}}},
      {"global_first",
       {3, 6, 5},
       {{"global_average_pooling2d", {{"data_format", "channels_first"}}}, {"batch_normalization"}, dense(2, "elu")}},
      {"graph",
       {27},
       {{"conv2d", {{"filters", 2}, {"kernel_size", 2}, {"name", "seen"}, {"from", "image"}}},
        {"conv2d", {{"filters", 2}, {"kernel_size", 1}, {"activation", "tanh"}}},
        {"add", {{"from", {"conv2d", "seen"}}}},
        {"concatenate", {{"from", {"add", "seen"}}, {"axis", 2}}},
        {"flatten", {{"name", "flat"}}},
        {"concatenate", {{"from", {"flat", "place"}}}},
        {"dense", {{"units", 4}, {"activation", "softmax"}, {"name", "kind"}}},
        {"dense", {{"units", 1}, {"name", "size"}, {"from", "flat"}}}},
       {{"place", {2}}, {"image", {5, 5, 1}}},
       {"size", "kind"}},
  };
  for (const auto& name : activation_names()) {
    all.push_back({"alone_" + name, {6}, {{"activation", {{"activation", name}}}}});
    all.push_back({"dense_" + name, {6}, {dense(5, name.c_str())}});
  }
  return all;
}

} // namespace dk::nn::test
