#include "nn/onnx/protobuf.hpp"

#include <cstring>

namespace dk::nn::onnx {

namespace {

constexpr unsigned as_varint = 0;
constexpr unsigned as_bytes = 2;
constexpr unsigned as_four_bytes = 5;

} // namespace

// Seven bits a byte, the lowest first; the upper bit says that more follow.
void message::varint(std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U)
    text_ += static_cast<char>((value & 0x7FU) | 0x80U);
  text_ += static_cast<char>(value);
}

void message::tag(unsigned field, unsigned wire_type) {
  varint(field << 3U | wire_type);
}

void message::integer(unsigned field, std::int64_t value) {
  tag(field, as_varint);
  varint(static_cast<std::uint64_t>(value));
}

void message::number(unsigned field, float value) {
  tag(field, as_four_bytes);
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  text_.append(raw, sizeof raw);
}

void message::bytes(unsigned field, std::string_view value) {
  tag(field, as_bytes);
  varint(value.size());
  text_ += value;
}

} // namespace dk::nn::onnx
