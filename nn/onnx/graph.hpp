#pragma once

#include "nn/onnx/protobuf.hpp"
#include "nn/shape.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace dk::nn::onnx {

/// A value that a node reads or writes goes by its name; each is written once.
using names = std::vector<std::string>;

/// One setting of a node.
struct attribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>> value;
};

/// A graph of operators of opset 13 while it is built.
class graph {
public:
  explicit graph(const std::string& name) { graph_.bytes(2, name); }

  /// What somebody feeds in, or gets out: a batch of any size of such samples.
  void add_input(const std::string& name, const shape& sample);
  void add_output(const std::string& name, const shape& sample);

  /// Operators in the order in which they can run.
  void add_node(const std::string& operation, const names& reads, const std::string& writes,
                const std::vector<attribute>& attributes = {});

  /// Constants. @return the name
  std::string add_numbers(const std::string& name, const shape& extents, const float* numbers);
  std::string add_whole_numbers(const std::string& name, const std::vector<std::int64_t>& numbers);

  /// The bytes of the file. The graph is empty then.
  /// @throws failure (model) when it has more bytes than the format allows
  std::string release();

private:
  message graph_;
};

} // namespace dk::nn::onnx
