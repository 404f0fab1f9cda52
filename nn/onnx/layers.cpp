#include "nn/onnx/layers.hpp"

#include "common/error.hpp"
#include "nn/kernels/patch.hpp"
#include "nn/onnx/activations.hpp"

#include <algorithm>
#include <cstdint>

namespace dk::nn::onnx {

namespace {

using nlohmann::json;
using integers = std::vector<std::int64_t>;

// A layer's keys in Keras's words, which every layer can tell.
json config_of(const layer_use& use) {
  return use.what.keras_config();
}

std::string part(const layer_use& use, const char* name) {
  return use.what.name() + '/' + name;
}

bool is_channels_first(const json& config) {
  return config.value("data_format", "channels_last") == "channels_first";
}

// The axes of a batch with axis `from` moved to `to`.
integers moved_axis(std::size_t rank, std::size_t from, std::size_t to) {
  integers axes;
  for (std::size_t i = 0; i < rank; ++i)
    if (i != from)
      axes.push_back(static_cast<std::int64_t>(i));
  axes.insert(axes.begin() + static_cast<std::ptrdiff_t>(to), static_cast<std::int64_t>(from));
  return axes;
}

// ONNX's operators want the channels in axis 1: calls add(value that has them there, value to write them to) between
// what turns a batch with the channels in axis `axis` and what turns it back.
template <class Add>
void with_channels_first(graph& to, const layer_use& use, std::size_t axis, const std::string& writes, Add add) {
  if (axis == 1)
    return add(use.reads[0], writes);
  const auto rank = use.inputs[0].size() + 1;
  const auto turned = part(use, "channels_first");
  const auto result = part(use, "turned");
  to.add_node("Transpose", use.reads, turned, {{"perm", moved_axis(rank, axis, 1)}});
  add(turned, result);
  to.add_node("Transpose", {result}, writes, {{"perm", moved_axis(rank, 1, axis)}});
}

std::size_t channel_axis(const json& config) {
  return is_channels_first(config) ? 1 : 3;
}

// How a patch of these extents moves over an image: strides, and what is padded before and after height and width.
std::vector<attribute> patch_attributes(const layer_use& use, const json& config, const char* size_key) {
  const auto& input = use.inputs[0];
  const auto first = is_channels_first(config) ? 1U : 0U;
  const auto size = config.at(size_key).get<std::vector<std::size_t>>();
  const auto strides = config.at("strides").get<std::vector<std::size_t>>();
  const auto dilations = config.value("dilation_rate", std::vector<std::size_t>{1, 1});
  const bool same = config.at("padding") == "same";
  integers pads(4);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto axis = make_axis(input[first + i], size[i], strides[i], dilations[i], same);
    pads[i] = static_cast<std::int64_t>(axis.before);
    pads[i + 2] = static_cast<std::int64_t>(axis.after);
  }
  std::vector<attribute> all{{"kernel_shape", integers(size.begin(), size.end())},
                             {"strides", integers(strides.begin(), strides.end())},
                             {"pads", pads}};
  if (config.contains("dilation_rate"))
    all.push_back({"dilations", integers(dilations.begin(), dilations.end())});
  return all;
}

void add_dense(graph& to, const layer_use& use) {
  const auto config = config_of(use);
  const auto arrays = use.what.arrays();
  const auto& kernel = arrays[0].extents;
  const auto sum = name_before_activation(config, use.writes, use.what.name());
  names reads{use.reads[0], to.add_numbers(part(use, "kernel"), kernel, use.weights)};
  if (arrays.size() > 1)
    reads.push_back(to.add_numbers(part(use, "bias"), arrays[1].extents, use.weights + size_of(kernel)));
  to.add_node("Gemm", reads, sum);
  add_activation(to, config, sum, use.writes, -1);
}

// Height x width x channels x filters as filters x channels x height x width.
std::vector<float> filters_first(const float* kernel, const shape& extents) {
  const auto pixels = extents[0] * extents[1];
  const auto channels = extents[2];
  const auto filters = extents[3];
  std::vector<float> turned(pixels * channels * filters);
  for (std::size_t p = 0; p < pixels; ++p)
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t f = 0; f < filters; ++f)
        turned[(f * channels + c) * pixels + p] = kernel[(p * channels + c) * filters + f];
  return turned;
}

void add_conv2d(graph& to, const layer_use& use) {
  const auto config = config_of(use);
  const auto arrays = use.what.arrays();
  const auto& extents = arrays[0].extents;
  const auto kernel = filters_first(use.weights, extents);
  const auto axis = channel_axis(config);
  const auto sum = name_before_activation(config, use.writes, use.what.name());
  with_channels_first(to, use, axis, sum, [&](const std::string& reads, const std::string& writes) {
    names all{reads};
    all.push_back(to.add_numbers(part(use, "kernel"), {extents[3], extents[2], extents[0], extents[1]}, kernel.data()));
    if (arrays.size() > 1)
      all.push_back(to.add_numbers(part(use, "bias"), arrays[1].extents, use.weights + kernel.size()));
    to.add_node("Conv", all, writes, patch_attributes(use, config, "kernel_size"));
  });
  add_activation(to, config, sum, use.writes, static_cast<std::int64_t>(axis)); // softmax goes over the filters
}

void add_pooling(graph& to, const layer_use& use, const char* operation) {
  const auto config = config_of(use);
  with_channels_first(to, use, channel_axis(config), use.writes,
                      [&](const std::string& reads, const std::string& writes) {
                        to.add_node(operation, {reads}, writes, patch_attributes(use, config, "pool_size"));
                      });
}

void add_max_pooling(graph& to, const layer_use& use) {
  add_pooling(to, use, "MaxPool");
}

void add_average_pooling(graph& to, const layer_use& use) {
  add_pooling(to, use, "AveragePool"); // which does not count the padding unless it is told to
}

void add_global_average_pooling(graph& to, const layer_use& use) {
  const auto config = config_of(use);
  const auto axes = is_channels_first(config) ? integers{2, 3} : integers{1, 2};
  to.add_node("ReduceMean", use.reads, use.writes,
              {{"axes", axes}, {"keepdims", std::int64_t{config.value("keepdims", false) ? 1 : 0}}});
}

void add_zero_padding(graph& to, const layer_use& use) {
  const auto config = config_of(use);
  const auto by = config.at("padding").get<std::vector<integers>>();
  integers pads(8); // before each axis of the batch, then after each
  const std::size_t first = is_channels_first(config) ? 2 : 1;
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t side = 0; side < 2; ++side)
      pads[4 * side + first + i] = by[i][side];
  to.add_node("Pad", {use.reads[0], to.add_whole_numbers(part(use, "pads"), pads)}, use.writes);
}

// gamma and beta may be missing.
void add_batch_normalization(graph& to, const layer_use& use) {
  const auto config = config_of(use);
  const auto& axes = config.at("axis");
  const auto axis = (axes.is_array() ? axes.at(0) : axes).get<std::size_t>();
  const auto channels = use.inputs[0].at(axis - 1);
  auto all = std::vector<std::vector<float>>{std::vector<float>(channels, 1), std::vector<float>(channels, 0), {}, {}};
  const char* const parts[] = {"gamma", "beta", "moving_mean", "moving_variance"};
  const auto* from = use.weights;
  for (const auto& array : use.what.arrays()) {
    const auto at = std::find(std::begin(parts), std::end(parts), array.name) - std::begin(parts);
    all.at(static_cast<std::size_t>(at)).assign(from, from + channels);
    from += channels;
  }
  with_channels_first(to, use, axis, use.writes, [&](const std::string& reads, const std::string& writes) {
    names inputs{reads};
    for (std::size_t i = 0; i < 4; ++i)
      inputs.push_back(to.add_numbers(part(use, parts[i]), {channels}, all[i].data()));
    to.add_node("BatchNormalization", inputs, writes, {{"epsilon", config.at("epsilon").get<float>()}});
  });
}

void add_flatten(graph& to, const layer_use& use) {
  const auto rank = use.inputs[0].size() + 1;
  auto reads = use.reads;
  if (is_channels_first(config_of(use)) && rank > 2) { // Keras puts the channels last before
    reads = {part(use, "channels_last")};
    to.add_node("Transpose", use.reads, reads[0], {{"perm", moved_axis(rank, 1, rank - 1)}});
  }
  to.add_node("Flatten", reads, use.writes, {{"axis", std::int64_t{1}}});
}

void add_reshape(graph& to, const layer_use& use) {
  integers target{0}; // the batch, as it is
  for (const auto extent : use.what.output())
    target.push_back(static_cast<std::int64_t>(extent));
  to.add_node("Reshape", {use.reads[0], to.add_whole_numbers(part(use, "shape"), target)}, use.writes);
}

void add_rescaling(graph& to, const layer_use& use) {
  const auto config = config_of(use);
  const auto scale = config.at("scale").get<float>();
  const auto offset = config.at("offset").get<float>();
  to.add_node("Mul", {use.reads[0], to.add_numbers(part(use, "scale"), {1}, &scale)}, part(use, "scaled"));
  to.add_node("Add", {part(use, "scaled"), to.add_numbers(part(use, "offset"), {1}, &offset)}, use.writes);
}

void add_function(graph& to, const layer_use& use) {
  add_activation(to, config_of(use), use.reads[0], use.writes, -1);
}

void add_leaky_relu(graph& to, const layer_use& use) {
  to.add_node("LeakyRelu", use.reads, use.writes, {{"alpha", config_of(use).at("alpha").get<float>()}});
}

void add_elu(graph& to, const layer_use& use) {
  to.add_node("Elu", use.reads, use.writes, {{"alpha", config_of(use).at("alpha").get<float>()}});
}

void add_identity(graph& to, const layer_use& use) {
  to.add_node("Identity", use.reads, use.writes);
}

void add_add(graph& to, const layer_use& use) {
  to.add_node("Sum", use.reads, use.writes);
}

void add_concatenate(graph& to, const layer_use& use) {
  to.add_node("Concat", use.reads, use.writes, {{"axis", config_of(use).at("axis").get<std::int64_t>()}});
}

struct layer_writer {
  std::string_view kind;
  void (*add)(graph& to, const layer_use& use);
};

constexpr layer_writer layer_writers[] = {{"dense", add_dense},
                                          {"activation", add_function},
                                          {"leaky_relu", add_leaky_relu},
                                          {"elu", add_elu},
                                          {"dropout", add_identity}, // when predicting
                                          {"batch_normalization", add_batch_normalization},
                                          {"flatten", add_flatten},
                                          {"reshape", add_reshape},
                                          {"rescaling", add_rescaling},
                                          {"conv2d", add_conv2d},
                                          {"max_pooling2d", add_max_pooling},
                                          {"average_pooling2d", add_average_pooling},
                                          {"global_average_pooling2d", add_global_average_pooling},
                                          {"zero_padding2d", add_zero_padding},
                                          {"add", add_add},
                                          {"concatenate", add_concatenate}};

} // namespace

void add_layer(graph& to, const layer_use& use) {
  const auto* const found = std::find_if(std::begin(layer_writers), std::end(layer_writers),
                                         [&](const layer_writer& one) { return one.kind == use.kind; });
  if (found == std::end(layer_writers))
    throw failure{errc::model, "the layer \"" + use.what.name() + "\" (" + std::string{use.kind} +
                                   ") cannot be written as ONNX; write .h5 or .safetensors"};
  found->add(to, use);
}

} // namespace dk::nn::onnx
