#include "nn/catalog.hpp"
#include "nn/keras/class_names.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"
#include "nn/keras/training_config.hpp"

#include <algorithm>
#include <cctype>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

bool takes(const optimizer_kind* kind, const std::string& key) {
  return kind != nullptr &&
         std::any_of(kind->keys.begin(), kind->keys.end(), [&](const key_rule& rule) { return rule.name == key; });
}

// {"class_name": "ExponentialDecay", "config": ...} as { name = "exponential_decay", ... }.
json read_schedule(const json& value) {
  const auto name = value.is_object() ? name_in(value) : std::string{};
  if (name.empty())
    return value;
  auto table = json::object();
  if (const auto& config = at(value, "config"); config.is_object())
    for (const auto& [key, inner] : config.items())
      if (!inner.is_null())
        table[key] = inner;
  table["name"] = name;
  return table;
}

const optimizer_kind* kind_of_optimizer(const std::string& keras_name) {
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  };
  const auto wanted = lower(keras_name);
  for (const auto& name : optimizer_names())
    if (const auto& kind = find_optimizer(name); name == wanted || lower(std::string{kind.keras_class}) == wanted)
      return &kind;
  return nullptr;
}

bool is_idle_key(const optimizer_kind* kind, const std::string& key, const json& value) {
  return value.is_null() || std::any_of(idle_keys().begin(), idle_keys().end(), [&](const idle_key& one) {
           return one.of == part::optimizer && one.key == key && one.is_idle(value) && !takes(kind, key);
         });
}

spec with_keys(std::string name, const optimizer_kind* kind, const json& config) {
  spec made{std::move(name)};
  if (!config.is_object())
    return made;
  const bool has_average = !at(config, "use_ema").is_null() && config["use_ema"] != false;
  for (const auto& [key, value] : config.items()) {
    if (value.is_null() || (is_idle_key(kind, key, value) && !(has_average && key != "name")))
      continue;
    if (key == "lr" || key == "learning_rate")
      made.keys["learning_rate"] = read_schedule(value);
    else
      made.keys[key] = value;
  }
  return made;
}

// Optimizers before Keras 2.11, which later ones keep as legacy.
bool is_old(const json& config) {
  const auto& legacy = at(config, "is_legacy_optimizer");
  return legacy.is_boolean() ? legacy == true : config.contains("lr") || config.contains("decay");
}

// Rules that differ between Keras's generations under one name.
void heed_dialects(spec& optimizer, const json& config) {
  auto& keys = optimizer.keys;
  if (optimizer.name == "adagrad" && config.contains("lr") && !keys.contains("initial_accumulator_value"))
    keys["initial_accumulator_value"] = 0;                   // Keras before 2.4 starts there, and has no key for it
  if (optimizer.name == "nadam" && keys.contains("decay")) { // tf.keras up to 2.10: of the momentum, not of the rate
    keys["schedule_decay"] = keys["decay"];
    keys.erase("decay");
  }
  const auto& momentum = at(config, "momentum");
  if (optimizer.name == "rmsprop" && is_old(config) && !(momentum.is_number() && momentum > 0))
    keys["epsilon_outside"] = true;
  if (optimizer.name == "adam" && keys.contains("weight_decay"))
    optimizer.name = "adamw"; // Adam with it is AdamW's rule
}

// Keras 2.11 and 2.12 wrote their own optimizers as "Custom>Adam".
std::string own_name(const std::string& name) {
  const std::string start = "Custom>";
  return name.compare(0, start.size(), start) == 0 ? name.substr(start.size()) : name;
}

// What a class of one's own is called; "" for Keras's.
std::string foreign_name(const json& given) {
  for (const char* key : {"registered_name", "class_name"})
    if (const auto& name = at(given, key); name.is_string() && own_name(name).find('>') != std::string::npos)
      return name;
  const auto& module = at(given, "module");
  return is_keras_module(module) ? "" : module.get<std::string>() + '>' + text_at(given, "class_name");
}

} // namespace

spec read_optimizer(const json& training) {
  const auto& given =
      at(training, "optimizer_config").is_null() ? at(training, "optimizer") : at(training, "optimizer_config");
  const auto& name = given.is_object() ? at(given, "class_name") : given;
  if (!name.is_string())
    return {};
  const auto keras_name = own_name(name.get<std::string>());
  if (auto foreign = foreign_name(given); !foreign.empty())
    return {std::move(foreign)};
  const auto* kind = kind_of_optimizer(keras_name);
  const auto& config = at(given, "config");
  auto made = with_keys(kind == nullptr ? keras_name : std::string{kind->name}, kind, config);
  heed_dialects(made, config);
  return made;
}

} // namespace dk::nn::keras
