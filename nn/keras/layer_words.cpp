#include "nn/keras/layer_words.hpp"

#include "nn/keras/json.hpp"

#include <map>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

const std::map<std::string, std::string> new_classes{{"Convolution2D", "Conv2D"},
                                                     {"MaxPool2D", "MaxPooling2D"},
                                                     {"AvgPool2D", "AveragePooling2D"},
                                                     {"GlobalAvgPool2D", "GlobalAveragePooling2D"}};
const std::map<std::string, std::string> new_keys{{"output_dim", "units"},
                                                  {"nb_filter", "filters"},
                                                  {"subsample", "strides"},
                                                  {"border_mode", "padding"},
                                                  {"dim_ordering", "data_format"},
                                                  {"p", "rate"},
                                                  {"bias", "use_bias"},
                                                  {"init", "kernel_initializer"},
                                                  {"W_regularizer", "kernel_regularizer"},
                                                  {"b_regularizer", "bias_regularizer"},
                                                  {"W_constraint", "kernel_constraint"},
                                                  {"b_constraint", "bias_constraint"},
                                                  {"negative_slope", "alpha"}};

// NumPy's numbers as Keras 2.1 wrote them, and tuples as some versions did.
json unwrapped(const json& value) {
  if (at(value, "type") == "ndarray")
    return at(value, "value");
  if (at(value, "class_name") == "__tuple__")
    return at(value, "items");
  return value;
}

void rename_value(json& config, const char* key, const char* from, const char* to) {
  if (at(config, key) == from)
    config[key] = to;
}

} // namespace

std::string our_class(const std::string& class_name) {
  const auto renamed = new_classes.find(class_name);
  return renamed == new_classes.end() ? class_name : renamed->second;
}

json with_our_keys(const json& config) {
  json made = json::object();
  if (!config.is_object())
    return made;
  for (const auto& [key, value] : config.items()) {
    if (value.is_null())
      continue;
    const auto renamed = new_keys.find(key);
    const auto& name = renamed == new_keys.end() ? key : renamed->second;
    if (made.contains(name))
      refuse("it has both keys \"" + name + "\" and \"" + key + "\", or one of them twice");
    made[name] = unwrapped(value);
  }
  rename_value(made, "data_format", "th", "channels_first");
  rename_value(made, "data_format", "tf", "channels_last");
  if (made.contains("nb_row") && made.contains("nb_col")) {
    made["kernel_size"] = {made["nb_row"], made["nb_col"]};
    made.erase("nb_row");
    made.erase("nb_col");
  }
  return made;
}

} // namespace dk::nn::keras
