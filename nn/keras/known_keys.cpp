#include "nn/keras/known_keys.hpp"

#include "nn/keras/json.hpp"

#include <algorithm>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

bool is_any(const json&) {
  return true;
}

bool is_off(const json& value) {
  return value == false;
}

bool is_zero(const json& value) {
  return value.is_number() && value == 0;
}

bool is_one(const json& value) {
  return value == 1 || value == json{1, 1};
}

bool is_text(const json& value) {
  return value.is_string();
}

// [null, 28, 28], or with a number of rows, which is that of Keras's batches.
bool is_batch_shape(const json& value) {
  return value.is_array() && !value.empty() && (value[0].is_null() || value[0].is_number_unsigned());
}

bool is_raw(const json& value) {
  return value == "raw";
}

bool is_empty(const json& value) {
  return value.empty();
}

bool is_last(const json& value) {
  return value == -1;
}

bool is_mean(const json& value) {
  return value == "auto" || value == "sum_over_batch_size" || value == "mean";
}

bool is_uniform(const json& value) {
  return value == "uniform_average";
}

bool is_plain_mode(const json& value) {
  return value.empty() || value == "";
}

bool is_nothing(const json& value) {
  return value == false || is_zero(value);
}

} // namespace

const std::vector<idle_key>& idle_keys() {
  static const std::vector<idle_key> all{
      {part::layer, "", "name", is_text, "a text"},
      {part::layer, "", "trainable", is_any, ""},
      {part::layer, "", "dtype", is_float32, "float32"},
      {part::layer, "", "input_dtype", is_float32, "float32"},
      {part::layer, "", "batch_input_shape", is_batch_shape, "a list with the batch in front"},
      {part::layer, "", "batch_shape", is_batch_shape, "a list with the batch in front"},
      {part::layer, "Dense", "input_dim", is_any, ""}, // Keras 1, which has batch_input_shape, too, where it counts
      {part::layer, "", "gpu", is_any, ""},            // where Keras.js computes it
      {part::layer, "Dropout", "seed", is_any, ""},    // which numbers are dropped follows from the seed of the run
      {part::layer, "Conv2D", "groups", is_one, "1"},
      {part::layer, "BatchNormalization", "mode", is_zero, "0"}, // Keras 1
      {part::layer, "BatchNormalization", "synchronized", is_off, "false"},
      {part::layer, "BatchNormalization", "renorm", is_off, "false"},
      {part::layer, "BatchNormalization", "renorm_momentum", is_any, ""}, // which only renorm = true uses
      {part::layer, "BatchNormalization", "fused", is_any, ""},           // another way to the same numbers
      {part::layer, "Softmax", "axis", [](const json& value) { return is_last(value) || value == json{-1}; }, "-1"},
      {part::layer, "Merge", "dot_axes", is_any, ""}, // of a mode that is refused
      {part::layer, "Merge", "mode_type", is_raw, "\"raw\""},
      {part::layer, "Merge", "output_shape_type", is_raw, "\"raw\""},
      {part::layer, "Merge", "output_mask_type", is_raw, "\"raw\""},
      {part::layer, "Merge", "arguments", is_empty, "{}"},
      {part::input_layer, "", "name", is_text, "a text"},
      {part::input_layer, "", "dtype", is_float32, "float32"},
      {part::input_layer, "", "input_dtype", is_float32, "float32"},
      {part::input_layer, "", "sparse", is_off, "false"},
      {part::input_layer, "", "ragged", is_off, "false"},
      {part::input_layer, "", "optional", is_off, "false"},
      {part::input_layer, "", "trainable", is_any, ""}, // it has no weights
      {part::model, "", "trainable", is_any, ""},
      {part::model, "", "dtype", is_float32, "float32"},
      {part::layer_entry, "", "shared_object_id", is_any, ""},
      {part::layer_entry, "", "build_config", is_any, ""}, // follows from what the layers say
      {part::model_entry, "", "backend", is_text, "a text"},
      {part::model_entry, "", "build_config", is_any, ""},
      {part::model_entry, "", "shared_object_id", is_any, ""},
      {part::object, "", "shared_object_id", is_any, ""},
      {part::object, "", "build_config", is_any, ""},
      {part::loss, "", "name", is_text, "a text"},
      {part::loss, "", "dtype", is_float32, "float32"},
      {part::loss, "", "reduction", is_mean, "\"sum_over_batch_size\""},
      {part::loss, "", "axis", is_last, "-1"},
      {part::metric, "", "name", is_text, "a text"},
      {part::metric, "", "dtype", is_float32, "float32"},
      {part::metric, "R2Score", "class_aggregation", is_uniform, "\"uniform_average\""},
      {part::metric, "R2Score", "num_regressors", is_zero, "0"},
      {part::metric, "AUC", "multi_label", is_off, "false"},
      {part::metric, "AUC", "num_labels", is_any, ""}, // which only multi_label = true uses
      {part::optimizer, "", "name", is_text, "a text"},
      {part::optimizer, "", "is_legacy_optimizer", is_any, ""}, // says which of Keras's classes wrote the keys
      {part::optimizer, "", "jit_compile", is_any, ""},
      {part::optimizer, "", "use_locking", is_any, ""},
      {part::optimizer, "", "use_ema", is_off, "false"},
      {part::optimizer, "", "ema_momentum", is_any, ""}, // which only use_ema = true uses
      {part::optimizer, "", "ema_overwrite_frequency", is_any, ""},
      {part::training, "", "run_eagerly", is_any, ""},
      {part::training, "", "jit_compile", is_any, ""},
      {part::training, "", "steps_per_execution", is_any, ""},
      {part::training, "", "auto_scale_loss", is_any, ""}, // which only 16-bit numbers need
      {part::training, "", "sample_weight_mode", is_plain_mode, "null"},
      {part::optimizer, "", "weight_decay", is_nothing, "0"},
      {part::optimizer, "", "momentum", is_nothing, "0"},
      {part::optimizer, "", "centered", is_off, "false"},
      {part::optimizer, "", "decay", is_nothing, "0"},
  };
  return all;
}

std::string shown(const json& value) {
  constexpr std::size_t most = 60;
  const auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() <= most ? text : text.substr(0, most - 3) + "...";
}

bool is_float32(const json& dtype) {
  return dtype == "float32" || (dtype.is_object() && at(at(dtype, "config"), "name") == "float32");
}

void check_all_known(part of, const std::string& class_name, const json& keys, const std::vector<std::string>& read) {
  if (!keys.is_object())
    return;
  for (const auto& [key, value] : keys.items()) {
    const auto& name = key;
    if (value.is_null() || std::find(read.begin(), read.end(), name) != read.end())
      continue;
    const auto found = std::find_if(idle_keys().begin(), idle_keys().end(), [&](const idle_key& one) {
      return one.of == of && one.key == name && (one.class_name.empty() || one.class_name == class_name);
    });
    if (found == idle_keys().end())
      refuse("the key \"" + name + "\" of " + class_name + ", here " + shown(value) +
             ", is not supported; save the model without it");
    if (!found->is_idle(value))
      refuse(name + " = " + shown(value) + " of " + class_name + " is not supported, only " +
             std::string{found->expected});
  }
}

namespace {

bool begins_with(const std::string& text, std::string_view start) {
  return text.compare(0, start.size(), start) == 0;
}

std::vector<std::string> entry_keys(part of) {
  std::vector<std::string> keys{"class_name", "config", "module", "registered_name"};
  if (of == part::layer_entry)
    keys.insert(keys.end(), {"name", "inbound_nodes"});
  if (of == part::model_entry)
    keys.insert(keys.end(), {"keras_version", "compile_config"});
  return keys;
}

} // namespace

bool is_keras_module(const json& module) {
  if (!module.is_string())
    return true;
  const auto name = module.get<std::string>();
  for (const char* own : {"keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras", "builtins"})
    if (name == own || begins_with(name, std::string{own} + '.'))
      return true;
  return false;
}

void check_object(part of, const json& object) {
  const auto class_name = text_at(object, "class_name");
  const auto& module = at(object, "module");
  const auto& registered = at(object, "registered_name");
  const bool is_foreign = !is_keras_module(module) ||
                          (registered.is_string() && registered.get<std::string>().find('>') != std::string::npos);
  if (is_foreign)
    refuse("the class " + class_name + " is not one of Keras, but " +
           (registered.is_string() ? "\"" + registered.get<std::string>() + "\"" : "of the module " + module.dump()) +
           "; classes of one's own are not supported");
  check_all_known(of, class_name, object, entry_keys(of));
}

} // namespace dk::nn::keras
