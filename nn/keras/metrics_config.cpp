#include "nn/catalog.hpp"
#include "nn/keras/class_names.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"
#include "nn/keras/training_config.hpp"

#include <algorithm>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// Our key of a metric for Keras's, and our value.
std::pair<std::string, json> our_key(const std::string& metric, const std::string& key, const json& value) {
  if (metric == "auc" && key == "num_thresholds")
    return {"thresholds", value};
  if (metric == "auc" && key == "thresholds")
    return {"thresholds (a list)", value}; // which we have not
  if (key == "thresholds" && (value.is_number() || (value.is_array() && value.size() == 1)))
    return {"threshold", value.is_array() ? value[0] : value};
  if (key == "curve" && (value == "ROC" || value == "PR"))
    return {key, value == "ROC" ? "roc" : "pr"};
  return {key, value};
}

bool is_idle(const std::string& class_name, const std::string& key, const json& value) {
  return value.is_null() || std::any_of(idle_keys().begin(), idle_keys().end(), [&](const idle_key& one) {
           return one.of == part::metric && one.key == key &&
                  (one.class_name.empty() || one.class_name == class_name) && one.is_idle(value);
         });
}

// What compile(metrics=["accuracy"]) becomes in a file: a variant that Keras chose by the labels.
bool is_chosen_accuracy(const std::string& name, const json& config) {
  const auto& own = at(config, "name");
  return name == "accuracy" || name == "acc" || own == "accuracy" || own == "acc";
}

spec metric_called(const std::string& name, const std::string& class_name, const json& config) {
  if (class_name == "Accuracy")
    return {"Accuracy (of outputs that equal their label)"}; // not what the text "accuracy" stands for
  const auto* kind = find_keras_metric(name);
  if (kind == nullptr)
    return {name};
  if (is_chosen_accuracy(name, config) && !config.contains("threshold"))
    return {"accuracy"};
  spec made{std::string{kind->name}};
  if (config.is_object())
    for (const auto& [key, value] : config.items())
      if (key != "fn" && !is_idle(class_name, key, value)) {
        auto [our, given] = our_key(made.name, key, value);
        made.keys[our] = std::move(given);
      }
  return made;
}

void add_metrics(const json& from, std::vector<spec>& to) {
  const auto& function = at(at(from, "config"), "fn"); // in a MeanMetricWrapper
  const auto name = name_in(function.is_null() ? from : function);
  if (!name.empty()) {
    const auto& class_name = at(from, "class_name");
    const bool is_class = function.is_null() && class_name.is_string();
    const auto& config = at(from, "config");
    auto metric = metric_called(name, is_class ? class_name.get<std::string>() : std::string{},
                                config.is_object() ? config : json::object());
    if (std::find(to.begin(), to.end(), metric) == to.end())
      to.push_back(std::move(metric));
  } else if (from.is_structured()) {
    for (const auto& inner : from)
      add_metrics(inner, to);
  }
}

} // namespace

std::vector<spec> read_metrics(const json& training) {
  std::vector<spec> all;
  add_metrics(at(training, "metrics"), all);
  std::vector<spec> weighted;
  add_metrics(at(training, "weighted_metrics"), weighted);
  for (auto& metric : weighted)
    all.push_back({"weighted " + metric.name, std::move(metric.keys)});
  return all;
}

} // namespace dk::nn::keras
