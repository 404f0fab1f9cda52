#include "nn/onnx/activations.hpp"

#include "common/error.hpp"
#include "nn/parts/activation.hpp"

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
      {"elu", "Elu", {{"alpha", find_activation("elu").keys.alpha}}},
      {"selu", "Selu", {{"alpha", 1.67326324235438F}, {"gamma", 1.05070098735548F}}},
      {"leaky_relu", "LeakyRelu", {{"alpha", find_activation("leaky_relu").keys.alpha}}},
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

nlohmann::json activation_of(const nlohmann::json& config) {
  return config.value("activation", nlohmann::json("linear"));
}

// One of Keras's layers that are functions with numbers of their own.
void add_with_keys(graph& to, const nlohmann::json& function, const std::string& reads, const std::string& writes) {
  const auto& class_name = function.at("class_name");
  const auto& config = function.at("config");
  if (class_name != "ReLU")
    return to.add_node(class_name == "ELU" ? "Elu" : "LeakyRelu", {reads}, writes,
                       {{"alpha", config.at("alpha").get<float>()}});
  const auto alpha = config.at("negative_slope").get<float>();
  if (config.at("threshold") != 0 || (alpha != 0 && !config.at("max_value").is_null()))
    throw failure{errc::model, "relu with a threshold, or with alpha and max_value, cannot be written as ONNX"};
  if (alpha != 0)
    return to.add_node("LeakyRelu", {reads}, writes, {{"alpha", alpha}});
  const float low = 0;
  const auto high = config.at("max_value").get<float>();
  to.add_node("Clip", {reads, to.add_numbers(writes + "/low", {}, &low), to.add_numbers(writes + "/high", {}, &high)},
              writes);
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
  if (name.is_object())
    return add_with_keys(to, name, reads, writes);
  for (const auto& one : function_nodes())
    if (one.name == name) {
      auto attributes = one.attributes;
      if (name == "softmax")
        attributes.push_back({"axis", axis});
      return to.add_node(one.operation, {reads}, writes, attributes);
    }
  throw failure{errc::model, "the activation " + name.dump() + " cannot be written as ONNX"};
}

} // namespace dk::nn::onnx
