#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dk::nn::onnx {

/// A message of Protocol Buffers while it is written: fields one after the other, each with its number in the schema.
class message {
public:
  void integer(unsigned field, std::int64_t value);
  void number(unsigned field, float value);
  void bytes(unsigned field, std::string_view value);
  void inner(unsigned field, const message& value) { bytes(field, value.text_); }

  const std::string& text() const { return text_; }
  std::string release() { return std::move(text_); }

private:
  void tag(unsigned field, unsigned wire_type);
  void varint(std::uint64_t value);

  std::string text_;
};

} // namespace dk::nn::onnx
