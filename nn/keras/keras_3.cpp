#include "nn/keras/keras_3.hpp"

#include "common/error.hpp"
#include "nn/keras/json.hpp"

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// What a part is of: Keras 3 finds its class in a module.
json object_of(const char* module, const json& part) {
  return {{"module", module},
          {"class_name", part.at("class_name")},
          {"config", part.at("config")},
          {"registered_name", nullptr}};
}

bool is_part(const json& value) {
  return value.is_object() && value.contains("class_name") && value.contains("config");
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

json batch_shape_of(const shape& extents) {
  json made = {nullptr};
  for (const auto extent : extents)
    made.push_back(extent);
  return made;
}

void convert_input(json& config) {
  config["batch_shape"] = config.at("batch_input_shape");
  config.erase("batch_input_shape");
}

// The keys of a layer in the words of Keras 3.
void convert_keys(const std::string& class_name, json& config) {
  config.erase("batch_input_shape");
  if (at(config, "activation") == "hard_sigmoid")
    refuse("hard_sigmoid is another function in Keras 3, with a slope of 1/6; write an .h5 file instead");
  if (class_name == "LeakyReLU") {
    config["negative_slope"] = config.at("alpha");
    config.erase("alpha");
  }
  if (auto& activation = config["activation"]; is_part(activation)) { // a layer that is a function
    convert_keys(activation["class_name"].get<std::string>(), activation["config"]);
    activation = object_of("keras.layers", activation);
  } else if (activation.is_null()) {
    config.erase("activation");
  }
  if (const auto& axis = at(config, "axis"); axis.is_array())
    config["axis"] = json(axis.at(0));
  for (auto& [key, value] : config.items()) {
    if (ends_with(key, "_initializer") && is_part(value))
      value = object_of("keras.initializers", value);
    if (ends_with(key, "_regularizer") && is_part(value))
      value = object_of("keras.regularizers", value);
  }
}

json tensor_of(const std::string& source, const shape& extents) {
  return {{"class_name", "__keras_tensor__"},
          {"config", {{"shape", batch_shape_of(extents)}, {"dtype", "float32"}, {"keras_history", {source, 0, 0}}}}};
}

/// The calls of a graph's layers: which tensors each gets.
class calls {
public:
  calls(const wiring& wires, const layer_stack& layers) : wires_(wires), layers_(layers) {}

  json nodes_of(std::size_t layer, const json& inbound_nodes) const {
    const auto& sources = wires_.sources[layer];
    auto tensors = json::array();
    for (std::size_t i = 0; i < sources.size(); ++i)
      tensors.push_back(tensor_of(inbound_nodes.at(0).at(i).at(0).get<std::string>(), extents_of(sources[i])));
    auto arguments = json::array();
    if (tensors.size() == 1)
      arguments = tensors;
    else
      arguments.push_back(tensors); // a layer that joins several takes a list of them
    json call = {{"args", arguments}, {"kwargs", json::object()}};
    return json::array({call});
  }

private:
  const shape& extents_of(std::size_t value) const {
    return value < wires_.inputs.size() ? wires_.inputs[value].extents
                                        : layers_[value - wires_.inputs.size()]->output();
  }

  const wiring& wires_;
  const layer_stack& layers_;
};

json convert_layers(const json& list, const calls& by) {
  auto made = json::array();
  std::size_t layer = 0;
  for (const auto& from : list) {
    auto entry = object_of("keras.layers", from);
    const bool is_input = from.at("class_name") == "InputLayer";
    if (is_input)
      convert_input(entry["config"]);
    else
      convert_keys(from.at("class_name").get<std::string>(), entry["config"]);
    if (from.contains("inbound_nodes")) {
      entry["name"] = from.at("name");
      entry["inbound_nodes"] = is_input ? json::array() : by.nodes_of(layer, from["inbound_nodes"]);
    }
    layer += is_input ? 0 : 1;
    made.push_back(std::move(entry));
  }
  return made;
}

// A decay of the rate beside it: Keras 3 has a schedule for that.
void convert_decay(json& config) {
  const auto decay = config.contains("decay") ? config["decay"].get<double>() : 0.0;
  config.erase("decay");
  if (decay == 0)
    return;
  const auto& rate = at(config, "learning_rate");
  if (!rate.is_number())
    refuse("Keras 3 has no optimizer with `decay` and a schedule of the learning rate; write an .h5 file instead");
  config["learning_rate"] = {
      {"class_name", "InverseTimeDecay"},
      {"config", {{"initial_learning_rate", rate}, {"decay_steps", 1}, {"decay_rate", decay}, {"staircase", false}}}};
}

// Losses with keys are classes of a module, and have another word for the mean.
void convert_losses(json& losses) {
  const auto convert = [](json& loss) {
    if (!is_part(loss))
      return;
    loss["config"]["reduction"] = "sum_over_batch_size";
    loss = object_of("keras.losses", loss);
  };
  if (losses.is_array())
    std::for_each(losses.begin(), losses.end(), convert);
  convert(losses);
}

json optimizer_of(const json& from) {
  auto made = object_of("keras.optimizers", from);
  auto& config = made["config"];
  convert_decay(config);
  if (at(config, "is_legacy_optimizer") == true)
    refuse("Keras 3 has no rmsprop with `epsilon_outside`; write an .h5 file instead");
  config.erase("is_legacy_optimizer");
  if (auto& rate = config["learning_rate"]; is_part(rate))
    rate = object_of("keras.optimizers.schedules", rate);
  else if (rate.is_null())
    config.erase("learning_rate");
  return made;
}

} // namespace

json keras_3_config(const json& model, const json& training, const wiring& wires, const layer_stack& layers) {
  const bool graph = model.at("class_name") == "Functional";
  auto made = object_of(graph ? "keras.src.models.functional" : "keras", model);
  if (graph)
    made["registered_name"] = "Functional";
  auto& config = made["config"];
  if (!graph) // of a graph it would be a word about all layers
    config["trainable"] = config.value("trainable", true);
  config["layers"] = convert_layers(config.at("layers"), {wires, layers});
  if (training.is_null())
    return made;
  json compiled = {{"run_eagerly", false}, {"steps_per_execution", 1}, {"jit_compile", false}};
  for (const char* key : {"loss", "loss_weights", "metrics", "weighted_metrics"})
    compiled[key] = at(training, key);
  convert_losses(compiled["loss"]);
  compiled["optimizer"] = optimizer_of(training.at("optimizer_config"));
  made["compile_config"] = std::move(compiled);
  return made;
}

} // namespace dk::nn::keras
