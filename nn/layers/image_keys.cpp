#include "nn/layers/image_keys.hpp"

#include "common/error.hpp"

namespace dk::nn {

namespace {

constexpr double largest_patch = 1U << 16U; // of a patch or a stride; more is a mistake

std::vector<std::string> paddings() {
  return {"valid", "same"};
}

std::vector<std::string> data_formats() {
  return {"channels_last", "channels_first"};
}

bool is_extent(const nlohmann::json& value) {
  return value.is_number_integer() && value >= 1 && value < largest_patch;
}

void check_pair(const nlohmann::json& value) {
  const bool is_pair = value.is_array() && value.size() == 2 && is_extent(value[0]) && is_extent(value[1]);
  if (!is_pair && !is_extent(value))
    throw failure{errc::config,
                  value.dump() + " is neither a whole number of at least 1 nor a list of two, as in [3, 3]"};
}

} // namespace

image image_of(const spec& from, const shape& input) {
  if (input.size() != 3)
    throw failure{errc::shape, from.name + " takes images of three axes, as [28, 28, 1], but its input is " +
                                   batch_text(input) + "; put a reshape layer before it"};
  const bool first = value_or<std::string>(from, "data_format", "channels_last") == "channels_first";
  return first ? image{input[1], input[2], input[0], true} : image{input[0], input[1], input[2], false};
}

std::pair<std::size_t, std::size_t> pair_of(const spec& from, const char* key,
                                            std::pair<std::size_t, std::size_t> otherwise) {
  const auto found = from.keys.find(key);
  if (found == from.keys.end())
    return otherwise;
  if (found->is_array())
    return {found->at(0).get<std::size_t>(), found->at(1).get<std::size_t>()};
  return {found->get<std::size_t>(), found->get<std::size_t>()};
}

patch patch_of(const spec& from, const image& over, std::pair<std::size_t, std::size_t> size,
               std::pair<std::size_t, std::size_t> strides) {
  const auto [stride_y, stride_x] = pair_of(from, "strides", strides);
  const auto [dilation_y, dilation_x] = pair_of(from, "dilation_rate", {1, 1});
  const bool same = value_or<std::string>(from, "padding", "valid") == "same";
  return {make_axis(over.height, size.first, stride_y, dilation_y, same),
          make_axis(over.width, size.second, stride_x, dilation_x, same), over.channels};
}

nlohmann::json image_config(const spec& from) {
  return {{"padding", value_or<std::string>(from, "padding", "valid")},
          {"data_format", value_or<std::string>(from, "data_format", "channels_last")}};
}

key_rule pair_key(const char* name, bool required) {
  return {name, key_kind::part, required, {}, {}, check_pair};
}

key_rule padding_key() {
  return {"padding", key_kind::word, false, {}, paddings()};
}

key_rule data_format_key() {
  return {"data_format", key_kind::word, false, {}, data_formats()};
}

} // namespace dk::nn
