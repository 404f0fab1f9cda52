#include "nn/onnx/activations.hpp"

#include "common/error.hpp"
#include "nn/activation.hpp"

namespace dk::nn::onnx {

namespace {

struct function_node {
  std::string_view name;
  const char* operation;
  std::vector<attribute> attributes;
};

// Every number that a function has is said, also where it is ONNX's default.
const std::vector<function_node>& function_nodes() {
  static const std::vector<function_node> all{
      {"linear", "Identity", {}},
      {"relu", "Relu", {}},
      {"elu", "Elu", {{"alpha", find_activation("elu").alpha}}},
      {"selu", "Selu", {{"alpha", 1.67326324235438F}, {"gamma", 1.05070098735548F}}},
      {"leaky_relu", "LeakyRelu", {{"alpha", find_activation("leaky_relu").alpha}}},
      {"sigmoid", "Sigmoid", {}},
      {"hard_sigmoid", "HardSigmoid", {{"alpha", 0.2F}, {"beta", 0.5F}}},
      {"tanh", "Tanh", {}},
      {"softmax", "Softmax", {}},
      {"softplus", "Softplus", {}},
      {"softsign", "Softsign", {}},
      {"exponential", "Exp", {}},
  };
  return all;
}

std::string activation_of(const nlohmann::json& config) {
  return config.value("activation", "linear");
}

} // namespace

std::string name_before_activation(const nlohmann::json& config, const std::string& writes, const std::string& layer) {
  return activation_of(config) == "linear" ? writes : layer + "/before_activation";
}

void add_activation(graph& to, const nlohmann::json& config, const std::string& reads, const std::string& writes,
                    std::int64_t axis) {
  if (reads == writes)
    return;
  const auto name = activation_of(config);
  for (const auto& one : function_nodes())
    if (one.name == name) {
      auto attributes = one.attributes;
      if (name == "softmax")
        attributes.push_back({"axis", axis});
      return to.add_node(one.operation, {reads}, writes, attributes);
    }
  throw failure{errc::model, "the activation \"" + name + "\" cannot be written as ONNX"};
}

} // namespace dk::nn::onnx
