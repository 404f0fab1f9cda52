#include "nn/onnx/graph.hpp"

#include "common/error.hpp"
#include "common/version.hpp"

#include <limits>

namespace dk::nn::onnx {

namespace {

// Numbers of fields and types, as in onnx.proto.
constexpr std::int64_t ir_version = 7; // that which came with opset 13
constexpr std::int64_t opset = 13;
constexpr std::int64_t float_type = 1;
constexpr std::int64_t int64_type = 7;

message value_info(const std::string& name, const shape& sample) {
  message extents;
  message batch;
  batch.bytes(2, "batch"); // any number
  extents.inner(1, batch);
  for (const auto extent : sample) {
    message one;
    one.integer(1, static_cast<std::int64_t>(extent));
    extents.inner(1, one);
  }
  message tensor;
  tensor.integer(1, float_type);
  tensor.inner(2, extents);
  message type;
  type.inner(1, tensor);
  message info;
  info.bytes(1, name);
  info.inner(2, type);
  return info;
}

message tensor(const std::string& name, std::int64_t type, const shape& extents, std::string_view raw) {
  message made;
  for (const auto extent : extents)
    made.integer(1, static_cast<std::int64_t>(extent));
  made.integer(2, type);
  made.bytes(8, name);
  made.bytes(9, raw);
  return made;
}

message encode(const attribute& from) {
  enum { float_value = 1, integer_value = 2, text_value = 3, integers_value = 7 };
  message made;
  made.bytes(1, from.name);
  if (const auto* whole = std::get_if<std::int64_t>(&from.value)) {
    made.integer(3, *whole);
    made.integer(20, integer_value);
  } else if (const auto* number = std::get_if<float>(&from.value)) {
    made.number(2, *number);
    made.integer(20, float_value);
  } else if (const auto* text = std::get_if<std::string>(&from.value)) {
    made.bytes(4, *text);
    made.integer(20, text_value);
  } else {
    for (const auto one : std::get<std::vector<std::int64_t>>(from.value))
      made.integer(8, one);
    made.integer(20, integers_value);
  }
  return made;
}

template <class T>
std::string_view raw(const T* numbers, std::size_t count) {
  return {reinterpret_cast<const char*>(numbers), count * sizeof(T)};
}

} // namespace

void graph::add_input(const std::string& name, const shape& sample) {
  graph_.inner(11, value_info(name, sample));
}

void graph::add_output(const std::string& name, const shape& sample) {
  graph_.inner(12, value_info(name, sample));
}

void graph::add_node(const std::string& operation, const names& reads, const std::string& writes,
                     const std::vector<attribute>& attributes) {
  message node;
  for (const auto& name : reads)
    node.bytes(1, name);
  node.bytes(2, writes);
  node.bytes(3, writes); // the node's own name
  node.bytes(4, operation);
  for (const auto& one : attributes)
    node.inner(5, encode(one));
  graph_.inner(1, node);
}

std::string graph::add_numbers(const std::string& name, const shape& extents, const float* numbers) {
  graph_.inner(5, tensor(name, float_type, extents, raw(numbers, size_of(extents))));
  return name;
}

std::string graph::add_whole_numbers(const std::string& name, const std::vector<std::int64_t>& numbers) {
  graph_.inner(5, tensor(name, int64_type, {numbers.size()}, raw(numbers.data(), numbers.size())));
  return name;
}

std::string graph::release() {
  message operators;
  operators.bytes(1, ""); // ONNX's own
  operators.integer(2, opset);
  message model;
  model.integer(1, ir_version);
  model.bytes(2, "dk");
  model.bytes(3, version_text);
  model.inner(7, graph_);
  model.inner(8, operators);
  graph_ = {};
  if (model.text().size() > std::numeric_limits<std::int32_t>::max())
    throw failure{errc::model, "the model is larger than the 2 GiB that an ONNX file may have; write safetensors"};
  return model.release();
}

} // namespace dk::nn::onnx
