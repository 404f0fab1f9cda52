#include "nn/keras/training_config.hpp"

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/keras/class_names.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/known_keys.hpp"
#include "nn/parts/schedule.hpp"

#include <algorithm>

namespace dk::nn::keras {

namespace {

using nlohmann::json;

// The only one of a list or a table that has one; others are left as they are.
const json& only_one(const json& value) {
  const bool is_object = value.is_object() && value.contains("class_name");
  return value.is_structured() && !is_object && value.size() == 1 ? *value.begin() : value;
}

bool is_unset(const std::string& key, const json& value) {
  if (key == "from_logits" && value == false)
    return true;
  return key == "label_smoothing" && value.is_number() && value == 0;
}

// What a loss says of itself. What changes nothing is left out, all else is kept for check_loss.
void take_keys(const json& config, spec& to) {
  if (!config.is_object())
    return;
  for (const auto& entry : config.items()) {
    const auto& name = entry.key();
    const auto& value = entry.value();
    const bool idle = std::any_of(idle_keys().begin(), idle_keys().end(), [&](const idle_key& one) {
      return one.of == part::loss && one.key == name && one.is_idle(value);
    });
    if (!value.is_null() && !idle && name != "fn" && !is_unset(name, value))
      to.keys[name] = value;
  }
}

// One loss; without a name when there is none.
spec read_one_loss(const json& loss) {
  if (loss.is_null() || (loss.is_structured() && loss.empty()))
    return {};
  const auto& function = at(at(loss, "config"), "fn"); // in a LossFunctionWrapper
  const auto name = name_in(function.is_null() ? loss : function);
  if (name.empty())
    return {"several losses: " + shown(loss)};
  const auto* kind = find_keras_loss(name);
  spec made{kind == nullptr ? name : std::string{kind->name}};
  take_keys(at(loss, "config"), made);
  return made;
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

bool names_only(const json& table, const std::vector<std::string>& outputs) {
  for (const auto& [key, unused] : table.items())
    if (std::find(outputs.begin(), outputs.end(), key) == outputs.end())
      return false;
  return true;
}

// The weights of the losses. @throws failure (model) where they do not fit the outputs
std::vector<double> read_weights_of(const json& given, const std::vector<std::string>& outputs) {
  if (given.is_null() || (given.is_structured() && given.empty()))
    return {};
  const auto number = [&](const json& value) {
    if (!value.is_number())
      refuse("loss_weights = " + shown(given) + " is not supported");
    return value.get<double>();
  };
  if (outputs.size() < 2)
    return {number(only_one(given))};
  const auto found = for_outputs(given, outputs);
  if (found.empty() || (given.is_object() && !names_only(given, outputs)))
    refuse("loss_weights = " + shown(given) + " do not fit the model's outputs");
  std::vector<double> weights;
  for (const auto& weight : found)
    weights.push_back(weight.is_null() ? 1 : number(weight));
  return weights;
}

} // namespace

objective read_loss(const json& training, const std::vector<std::string>& outputs) {
  const auto& loss = at(training, "loss");
  objective made;
  if (outputs.size() > 1)
    for (const auto& one : for_outputs(loss, outputs))
      made.losses.push_back(read_one_loss(one));
  if (made.empty())
    if (auto only = read_one_loss(only_one(loss)); !only.name.empty())
      made.losses.push_back(std::move(only));
  try {
    made.weights = read_weights_of(at(training, "loss_weights"), outputs);
  } catch (const failure&) {
    made.weights.clear(); // check_training tells
  }
  return made;
}

std::vector<std::string> check_training(const json& training, const std::vector<std::string>& outputs) {
  std::vector<std::string> all;
  const auto check = [&](auto work) {
    try {
      work();
    } catch (const failure& why) {
      all.emplace_back(why.what());
    }
  };
  check([&] {
    check_all_known(part::training, "the training", training,
                    {"loss", "loss_weights", "metrics", "weighted_metrics", "optimizer", "optimizer_config"});
  });
  check([&] { read_weights_of(at(training, "loss_weights"), outputs); });
  if (const auto& loss = at(training, "loss"); outputs.size() > 1 && loss.is_object() && !loss.contains("class_name"))
    check([&] {
      if (!names_only(loss, outputs))
        refuse("loss = " + shown(loss) + " names what is no output of the model");
    });
  return all;
}

namespace {

json keras_loss(const spec& loss) {
  if (loss.keys.empty())
    return loss.name;
  auto config = loss.keys;
  config.update({{"name", loss.name}, {"reduction", "auto"}});
  return {{"class_name", in_class_letters(loss.name)}, {"config", config}};
}

} // namespace

json training_config(const objective& loss, const spec& optimizer) {
  const auto& kind = find_optimizer(optimizer.name);
  auto config = optimizer.keys;
  config["name"] = kind.keras_class;
  config.erase("iterations"); // no key of Keras's, but a number beside the weights
  if (optimizer.name == "rmsprop") {
    config["is_legacy_optimizer"] = config.value("epsilon_outside", false);
    config.erase("epsilon_outside");
  }
  if (config.contains("learning_rate"))
    config["learning_rate"] = keras_schedule(config["learning_rate"]);
  const auto list = [](const auto& values) { return values.size() == 1 ? json(values[0]) : json(values); };
  std::vector<json> losses;
  for (const auto& one : loss.losses)
    losses.push_back(keras_loss(one));
  return {{"loss", list(losses)},
          {"metrics", {"accuracy"}},
          {"weighted_metrics", nullptr},
          {"loss_weights", loss.weights.empty() ? json{} : list(loss.weights)},
          {"optimizer_config", {{"class_name", kind.keras_class}, {"config", config}}}};
}

} // namespace dk::nn::keras
