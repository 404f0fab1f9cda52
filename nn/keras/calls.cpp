#include "nn/keras/calls.hpp"

#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"

namespace dk::nn::keras {

namespace {

using nlohmann::json;

[[noreturn]] void refuse_constant(const json& value) {
  refuse("it is called with the constant " + shown(value) + "; a layer can only read other layers and inputs");
}

// What a layer is called with beside its tensors, by their names.
void read_arguments(const json& arguments, call& to) {
  if (!arguments.is_object())
    return;
  for (const auto& [key, value] : arguments.items()) {
    if (value.is_null())
      continue; // as if it were not there
    if (key == "training" && value == false)
      to.for_training =
          "training = false in its call is not supported in training; call it without, or only predict with the model";
    else
      refuse("it is called with " + key + " = " + shown(value) + ", which is not supported; call it without");
  }
}

// Keras 1 and 2: ["dense_1", 0, 0, {"training": true}].
void add_listed(const json& tensor, call& to) {
  if (tensor.is_array() && tensor.size() > 2 && tensor[0] == "_CONSTANT_VALUE")
    refuse_constant(tensor[2]);
  to.sources.push_back(source_of(tensor));
  if (tensor.size() > 3)
    read_arguments(tensor[3], to);
  if (tensor.size() > 4)
    refuse("\"inbound_nodes\" are not as Keras writes them");
}

void read_listed(const json& node, call& to) {
  if (!node.is_array() || node.empty())
    refuse("\"inbound_nodes\" are not as Keras writes them");
  if (node[0].is_string()) // one tensor without a list around it
    return add_listed(node, to);
  for (const auto& tensor : node)
    add_listed(tensor, to);
}

// Keras 3: {"class_name": "__keras_tensor__", "config": {"keras_history": ["dense_1", 0, 0], ...}}.
void add_tensor(const json& value, call& to) {
  if (at(value, "class_name") != "__keras_tensor__")
    refuse_constant(at(value, "class_name") == "__tensor__" ? at(at(value, "config"), "value") : value);
  const auto& config = at(value, "config");
  check_all_known(part::call, "a tensor", config, {"keras_history", "shape", "dtype"});
  if (!at(config, "dtype").is_null() && !is_float32(config["dtype"]))
    refuse("it reads numbers of the type " + shown(config["dtype"]) + "; only float32 is supported");
  to.sources.push_back(source_of(at(config, "keras_history")));
}

// The first argument is what is read: a tensor or a list of them.
void read_object(const json& node, call& to) {
  check_all_known(part::call, "a call", node, {"args", "kwargs"});
  const auto& arguments = at(node, "args");
  if (!arguments.is_array() || arguments.empty())
    refuse("\"inbound_nodes\" are not as Keras writes them: nothing says what it reads");
  if (arguments[0].is_array())
    for (const auto& value : arguments[0])
      add_tensor(value, to);
  else
    add_tensor(arguments[0], to);
  for (std::size_t i = 1; i < arguments.size(); ++i)
    if (!arguments[i].is_null())
      refuse("it is called with a further argument, " + shown(arguments[i]) + ", which is not supported");
  read_arguments(at(node, "kwargs"), to);
}

} // namespace

std::string source_of(const json& tensor) {
  const bool is_tensor = tensor.is_array() && tensor.size() >= 3 && tensor[0].is_string() && tensor[1].is_number() &&
                         tensor[2].is_number();
  if (!is_tensor)
    refuse("a tensor is " + shown(tensor) + ", not a layer's name and two numbers, as Keras writes it");
  const auto name = tensor[0].get<std::string>();
  if (tensor[1] != 0)
    refuse("it reads \"" + name +
           "\" where that is used a second time; layers that are used more than once are not "
           "supported");
  if (tensor[2] != 0)
    refuse("it reads output " + tensor[2].dump() + " of \"" + name + "\", of which only the first is supported");
  return name;
}

call read_call(const json& layer) {
  const auto& nodes = at(layer, "inbound_nodes");
  call made;
  if (!nodes.is_array() || nodes.empty())
    return made;
  if (nodes.size() > 1)
    refuse("a layer that is used more than once is not supported");
  if (nodes[0].is_object())
    read_object(nodes[0], made);
  else
    read_listed(nodes[0], made);
  if (at(layer, "class_name") == "BatchNormalization" && at(at(layer, "config"), "trainable") == false)
    made.for_training.clear(); // a frozen one does not train in any case
  return made;
}

} // namespace dk::nn::keras
