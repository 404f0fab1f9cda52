#include "nn/keras/training_config.hpp"

#include "nn/catalog.hpp"
#include "nn/keras/json.hpp"
#include "nn/schedule.hpp"

#include <algorithm>
#include <cctype>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}

bool is_lower(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0;
}

// "CategoricalCrossentropy" is the class of categorical_crossentropy, "KLDivergence" that of kl_divergence.
std::string in_small_letters(const std::string& name) {
  std::string small;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins_word =
        is_upper(name[i]) && i > 0 && (!is_upper(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1])));
    if (begins_word && small.back() != '_')
      small += '_';
    small += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return small;
}

// "Custom>Adam", "Addons>AdamW": what is registered goes by its last name.
std::string unregistered(const std::string& name) {
  return name.substr(name.rfind('>') + 1); // npos + 1 is 0
}

// The only one of a list or a table that has one; others are left as they are.
const json& only_one(const json& value) {
  const bool is_object = value.is_object() && value.contains("class_name");
  return value.is_structured() && !is_object && value.size() == 1 ? *value.begin() : value;
}

// What makes another function of a loss: {"from_logits": true, ...}.
std::string suffix_of(const json& config) {
  if (at(config, "from_logits") == true)
    return " from logits";
  if (const auto& smoothing = at(config, "label_smoothing"); smoothing.is_number() && smoothing != 0)
    return " with label smoothing";
  const auto& reduction = at(config, "reduction"); // "auto" and "sum_over_batch_size" are the mean
  return reduction == "sum" || reduction == "none" ? " with reduction \"" + reduction.get<std::string>() + '"' : "";
}

bool says_nothing(const json& value) {
  return value.is_null() || value == false || value == 0;
}

// Our key for Keras's; "" for one that does not change the steps that are taken.
std::string key_of(const std::string& key, const json& config) {
  if (key == "lr")
    return "learning_rate";
  for (const char* idle : {"name", "is_legacy_optimizer", "jit_compile", "use_locking"})
    if (key == idle)
      return "";
  for (const char* idle : {"ema_momentum", "ema_overwrite_frequency"})
    if (key == idle && says_nothing(at(config, "use_ema")))
      return "";
  return key;
}

bool takes(const optimizer_kind* kind, const std::string& key) {
  return kind != nullptr &&
         std::any_of(kind->keys.begin(), kind->keys.end(), [&](const key_rule& rule) { return rule.name == key; });
}

// {"class_name": "ExponentialDecay", "config": ...} as { name = "exponential_decay", ... }.
json read_schedule(const json& value) {
  if (!at(value, "class_name").is_string())
    return value;
  auto table = json::object();
  if (const auto& config = at(value, "config"); config.is_object())
    for (const auto& [key, inner] : config.items())
      if (!inner.is_null())
        table[key] = inner;
  table["name"] = in_small_letters(unregistered(value["class_name"].get<std::string>()));
  return table;
}

const optimizer_kind* kind_of(const std::string& keras_name) {
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

spec with_keys(std::string name, const optimizer_kind* kind, const json& config) {
  spec made{std::move(name)};
  if (!config.is_object())
    return made;
  for (const auto& [keras_key, value] : config.items()) {
    const auto key = key_of(keras_key, config);
    if (key.empty() || value.is_null() || (says_nothing(value) && key != "learning_rate" && !takes(kind, key)))
      continue;
    made.keys[key] = key == "learning_rate" ? read_schedule(value) : value;
  }
  return made;
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
  if (optimizer.name == "adam" && keys.contains("weight_decay"))
    optimizer.name = "adamw"; // Adam with it is AdamW's rule
}

spec metric_called(const std::string& name, const json& config) {
  for (const char* variant : {"acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy"})
    if (name == variant)
      return {"accuracy"};
  const auto* kind = find_keras_metric(name);
  if (kind == nullptr)
    return {name};
  spec made{std::string{kind->name}};
  if (const auto& k = at(config, "k"); made.name == "top_k" && k.is_number_unsigned())
    made.keys["k"] = k;
  if (const auto& thresholds = at(config, "num_thresholds"); made.name == "auc" && thresholds.is_number_unsigned())
    made.keys["thresholds"] = thresholds;
  return made;
}

void add_metrics(const json& from, std::vector<spec>& to) {
  const auto& named = at(at(from, "config"), "fn"); // a function in a MeanMetricWrapper
  const auto& name = named.is_null() ? plain(from) : plain(named);
  if (name.is_string()) {
    auto metric = metric_called(in_small_letters(unregistered(name.get<std::string>())), at(from, "config"));
    if (std::find(to.begin(), to.end(), metric) == to.end())
      to.push_back(std::move(metric));
  } else if (from.is_structured()) {
    for (const auto& inner : from)
      add_metrics(inner, to);
  }
}

} // namespace

namespace {

// The name of one loss; "" when there is none.
std::string read_one_loss(const json& loss) {
  const auto& named = plain(loss);
  if (named.is_null() || (named.is_structured() && named.empty()))
    return "";
  if (!named.is_string())
    return "several losses: " + named.dump();
  auto name = in_small_letters(unregistered(named.get<std::string>()));
  if (const auto* kind = find_keras_loss(name); kind != nullptr)
    name = kind->name;
  return name + suffix_of(at(loss, "config")); // which is another loss, that we lack
}

// What a list, or a table by their names, says for each of several outputs; empty where it is neither.
std::vector<json> for_outputs(const json& value, const std::vector<std::string>& outputs) {
  std::vector<json> all;
  if (value.is_array() && value.size() == outputs.size())
    all.assign(value.begin(), value.end());
  if (value.is_object() && !value.contains("class_name"))
    for (const auto& output : outputs)
      all.push_back(at(value, output.c_str()));
  return all;
}

} // namespace

objective read_loss(const json& training, const std::vector<std::string>& outputs) {
  const auto& loss = at(training, "loss");
  objective made;
  if (outputs.size() > 1)
    for (const auto& one : for_outputs(loss, outputs))
      made.losses.push_back(read_one_loss(one));
  if (made.empty())
    if (auto only = read_one_loss(only_one(loss)); !only.empty())
      made.losses.push_back(std::move(only));
  if (outputs.size() > 1)
    for (const auto& weight : for_outputs(at(training, "loss_weights"), outputs))
      made.weights.push_back(weight.is_number() ? weight.get<double>() : 1);
  return made;
}

spec read_optimizer(const json& training) {
  const auto& given =
      at(training, "optimizer_config").is_null() ? at(training, "optimizer") : at(training, "optimizer_config");
  const auto& name = given.is_object() ? at(given, "class_name") : given;
  if (!name.is_string())
    return {};
  const auto keras_name = unregistered(name.get<std::string>());
  const auto* kind = kind_of(keras_name);
  const auto& config = at(given, "config");
  auto made = with_keys(kind == nullptr ? keras_name : std::string{kind->name}, kind, config);
  heed_dialects(made, config);
  return made;
}

std::vector<spec> read_metrics(const json& training) {
  std::vector<spec> all;
  add_metrics(at(training, "metrics"), all);
  return all;
}

json training_config(const objective& loss, const spec& optimizer) {
  const auto& kind = find_optimizer(optimizer.name);
  auto config = optimizer.keys;
  config["name"] = kind.keras_class;
  if (config.contains("learning_rate"))
    config["learning_rate"] = keras_schedule(config["learning_rate"]);
  const auto list = [](const auto& values) { return values.size() == 1 ? json(values[0]) : json(values); };
  return {{"loss", list(loss.losses)},
          {"metrics", {"accuracy"}},
          {"weighted_metrics", nullptr},
          {"loss_weights", loss.weights.empty() ? json{} : list(loss.weights)},
          {"optimizer_config", {{"class_name", kind.keras_class}, {"config", config}}}};
}

} // namespace dk::nn::keras
