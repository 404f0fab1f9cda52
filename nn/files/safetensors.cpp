#include "nn/files/safetensors.hpp"

#include "common/error.hpp"
#include "nn/keras/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace dk::nn {

namespace {

using keras::refuse;
using nlohmann::json;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is of little-endian numbers");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t most_header_bytes = 100'000'000; // as the format has it

struct tensor {
  std::string type;
  shape extents;
  std::size_t first = 0; // bytes, of the data
  std::size_t last = 0;
};

using tensors = std::map<std::string, tensor>;

// Bytes of a number; 0 for a type that the format does not have.
std::size_t width_of(const std::string& type) {
  static const std::map<std::string, std::size_t> widths{{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8},
                                                         {"I32", 4}, {"I16", 2}, {"I8", 1},  {"U64", 8},  {"U32", 4},
                                                         {"U16", 2}, {"U8", 1},  {"BOOL", 1}};
  const auto found = widths.find(type);
  return found == widths.end() ? 0 : found->second;
}

std::size_t whole(const json& value, const char* what) {
  if (!value.is_number_unsigned())
    refuse(std::string{what} + " is " + value.dump() + ", not a whole number");
  return value.get<std::size_t>();
}

tensor read_tensor(const json& from, std::size_t data_bytes) {
  tensor made;
  made.type = keras::at(from, "dtype").is_string() ? from["dtype"].get<std::string>() : "";
  const auto width = width_of(made.type);
  if (width == 0)
    refuse("its dtype " + keras::at(from, "dtype").dump() + " is none of the format");
  const auto& extents = keras::at(from, "shape");
  const auto& offsets = keras::at(from, "data_offsets");
  if (!extents.is_array() || !offsets.is_array() || offsets.size() != 2)
    refuse("it has no list \"shape\", or no pair \"data_offsets\"");
  std::size_t bytes = width;
  for (const auto& extent : extents) {
    made.extents.push_back(whole(extent, "an extent"));
    if (__builtin_mul_overflow(bytes, made.extents.back(), &bytes))
      refuse("its shape is larger than any file");
  }
  made.first = whole(offsets[0], "where it begins");
  made.last = whole(offsets[1], "where it ends");
  if (made.first > made.last || made.last > data_bytes)
    refuse("it lies outside of the file's data");
  if (made.last - made.first != bytes)
    refuse("it takes " + std::to_string(made.last - made.first) + " bytes where its shape needs " +
           std::to_string(bytes));
  return made;
}

// Each begins where the one before ends, up to the end of the file.
void check_places(const tensors& all, std::size_t data_bytes) {
  std::vector<const tensors::value_type*> in_order;
  for (const auto& one : all)
    in_order.push_back(&one);
  std::sort(in_order.begin(), in_order.end(), [](const auto* a, const auto* b) {
    return std::pair{a->second.first, a->second.last} < std::pair{b->second.first, b->second.last};
  });
  std::size_t at = 0;
  for (const auto* one : in_order) {
    if (one->second.first != at)
      refuse("the tensor \"" + one->first + "\" begins at byte " + std::to_string(one->second.first) +
             " of the data, the one before it ends at " + std::to_string(at));
    at = one->second.last;
  }
  if (at != data_bytes)
    refuse("its tensors end at byte " + std::to_string(at) + " of the data, the file at " + std::to_string(data_bytes));
}

tensors read_header(const std::string& text, std::size_t data_bytes) {
  const auto header = keras::parse(text, "the header");
  if (!header.is_object())
    refuse("the header is not a table of tensors");
  tensors all;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__")
      continue;
    try {
      all.emplace(name, read_tensor(value, data_bytes));
    } catch (const failure& why) {
      refuse("the tensor \"" + name + "\": " + why.what());
    }
  }
  check_places(all, data_bytes);
  return all;
}

template <class T>
T number_at(const char* from, std::size_t i) {
  T value;
  std::memcpy(&value, from + i * sizeof value, sizeof value);
  return value;
}

// The upper half of a float.
float from_bfloat(std::uint16_t half) {
  const auto bits = std::uint32_t{half} << 16U;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// IEEE 754 binary16: one bit of sign, five of exponent, ten of fraction.
float from_half(std::uint16_t half) {
  const int exponent = half >> 10U & 0x1FU;
  const int fraction = half & 0x3FFU;
  const float size = exponent == 31  ? (fraction == 0 ? INFINITY : NAN)
                     : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                     : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (half & 0x8000U) == 0 ? size : -size;
}

void convert(const tensor& of, const char* from, std::size_t count, float* to) {
  if (of.type == "F32")
    std::memcpy(to, from, count * sizeof(float));
  else if (of.type == "F64")
    for (std::size_t i = 0; i < count; ++i)
      to[i] = static_cast<float>(number_at<double>(from, i));
  else
    for (std::size_t i = 0; i < count; ++i)
      to[i] = (of.type == "F16" ? from_half : from_bfloat)(number_at<std::uint16_t>(from, i));
}

bool is_converted(const std::string& type) {
  return type[0] == 'F' || type == "BF16";
}

std::string name_of(const layer& of, const weight_array& array) {
  return of.name() + '/' + array.name;
}

// The tensor of an array, checked.
const tensor& find_tensor(const tensors& all, const std::string& name, const shape& extents) {
  const auto found = all.find(name);
  if (found == all.end())
    refuse("it has no tensor \"" + name + "\"" +
           (all.empty() ? "" : "; the first that it has is \"" + all.begin()->first + '"'));
  if (found->second.extents != extents)
    refuse("the tensor \"" + name + "\" has the shape " + extents_text(found->second.extents) + ", not " +
           extents_text(extents));
  if (!is_converted(found->second.type))
    refuse("the tensor \"" + name + "\" is of " + found->second.type + "; weights are F32, F64, F16 or BF16");
  return found->second;
}

} // namespace

std::string encode_safetensors(const layer_stack& layers, const float* weights) {
  auto header = json::object();
  header["__metadata__"] = {{"format", "dk"}};
  std::size_t bytes = 0;
  for (const auto& layer : layers)
    for (const auto& array : layer->arrays()) {
      const auto end = bytes + size_of(array.extents) * sizeof(float);
      header[name_of(*layer, array)] = {{"dtype", "F32"}, {"shape", array.extents}, {"data_offsets", {bytes, end}}};
      bytes = end;
    }
  auto text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' '); // so that the data is aligned where the file is mapped
  const std::uint64_t length = text.size();
  std::string all(length_bytes, '\0');
  std::memcpy(all.data(), &length, sizeof length);
  all += text;
  return all.append(reinterpret_cast<const char*>(weights), bytes);
}

std::vector<float> decode_safetensors(const std::string& bytes, const layer_stack& layers) {
  if (bytes.size() < length_bytes)
    refuse("it is shorter than the length of its header");
  const auto length = number_at<std::uint64_t>(bytes.data(), 0);
  if (length > most_header_bytes || length > bytes.size() - length_bytes)
    refuse("its header of " + std::to_string(length) + " bytes does not fit; the file is cut short, or no safetensors");
  const auto data_bytes = bytes.size() - length_bytes - length;
  const auto all = read_header(bytes.substr(length_bytes, length), data_bytes);
  std::vector<float> weights;
  std::size_t taken = 0;
  for (const auto& layer : layers)
    for (const auto& array : layer->arrays()) {
      const auto& from = find_tensor(all, name_of(*layer, array), array.extents);
      const auto count = size_of(array.extents); // of as many bytes in the file, which is at hand
      weights.resize(weights.size() + count);
      convert(from, bytes.data() + length_bytes + length + from.first, count, weights.data() + weights.size() - count);
      ++taken;
    }
  if (taken != all.size())
    refuse("it has " + std::to_string(all.size()) + " tensors, the model has room for " + std::to_string(taken));
  return weights;
}

} // namespace dk::nn
