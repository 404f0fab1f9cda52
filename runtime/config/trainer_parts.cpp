#include "runtime/config/trainer_parts.hpp"

#include "algorithms/catalog.hpp"
#include "common/text.hpp"
#include "nn/catalog.hpp"
#include "nn/objective.hpp"
#include "runtime/config/config_sections.hpp"

#include <algorithm>
#include <limits>

namespace dk {

namespace {

using nlohmann::json;

json named_values(const std::vector<spec>& all) {
  auto values = json::array();
  for (const auto& one : all)
    values.push_back(named_value(one));
  return values;
}

bool counts(const json& weight) {
  return weight.is_number() && weight >= 0 && weight <= double{std::numeric_limits<float>::max()};
}

} // namespace

json named_value(const spec& of) {
  if (of.keys.empty())
    return of.name;
  auto value = of.keys;
  value["name"] = of.name;
  return value;
}

void read_algorithm(const key_reading& at) {
  const auto name = at.value().get<std::string>();
  if (find_algorithm(name) == nullptr)
    at.refuse(did_you_mean(name, algorithm_names()));
  at.to.trainer.algorithm = chosen_algorithm{name};
}

spec optimizer_at(const key_reading& at) {
  auto optimizer = at.to.trainer.optimizer;
  const auto& given = at.value();
  if (given.is_object()) {
    optimizer.keys = given;
    optimizer.keys.erase("name");
    if (const auto name = given.find("name"); name != given.end() && name->is_string())
      optimizer.name = *name;
    else if (name != given.end())
      section{at.in.tree(), at.path()}.refuse("name", expected(text_rule("name")));
  } else if (given.is_string()) {
    optimizer.name = given;
  } else {
    at.refuse();
  }
  placed(at.in.tree(), at.path(), [&] { nn::check_optimizer(optimizer); });
  return optimizer;
}

std::vector<spec> losses_at(const key_reading& at) {
  std::vector<spec> losses;
  const auto& given = at.value();
  if (!given.is_array() && !given.is_object() && !given.is_string())
    at.refuse();
  for (const auto& path : given.is_array() ? at.list() : std::vector<std::string>{at.path()})
    placed(at.in.tree(), path, [&] {
      losses.push_back(nn::part_of(*value_at(at.in.tree(), path)));
      losses.back().name = nn::loss_called(losses.back().name);
      nn::check_loss(losses.back());
    });
  return losses;
}

json losses_value(const std::vector<spec>& losses) {
  auto values = named_values(losses);
  return values.size() == 1 ? values[0] : values;
}

namespace {

const std::vector<std::pair<std::string, number_form>>& words_of_forms() {
  static const std::vector<std::pair<std::string, number_form>> all{{"none", number_form::fp32},
                                                                    {"fp16", number_form::fp16},
                                                                    {"bf16", number_form::bf16},
                                                                    {"int8", number_form::int8}};
  return all;
}

} // namespace

compression compress_at(const key_reading& at) {
  const auto& given = at.value();
  if (given.is_object() && !given.contains("name")) { // which a setting within a form would have made of it
    const section keys{at.in.tree(), at.path()};
    keys.check(rules_of(find_section("trainer.compress").keys));
    return {number_form::top_k, keys.find("top_k")->get<double>()};
  }
  if (!given.is_string())
    at.refuse();
  std::vector<std::string> names;
  for (const auto& [word, form] : words_of_forms()) {
    if (given == word)
      return {form};
    names.push_back(word);
  }
  at.refuse(did_you_mean(given.get<std::string>(), names));
}

json compress_value(const compression& of) {
  for (const auto& [word, form] : words_of_forms())
    if (of.form == form)
      return word;
  return {{"top_k", of.part}};
}

json class_weight_at(const key_reading& at) {
  const auto& given = at.value();
  const bool is_list = (given.is_array() || given.is_object()) && !given.empty();
  if (given != "balanced" && !(is_list && std::all_of(given.begin(), given.end(), counts)))
    at.refuse();
  return given;
}

std::vector<spec> metrics_at(const key_reading& at) {
  std::vector<spec> metrics;
  for (const auto& path : at.list())
    placed(at.in.tree(), path, [&] {
      const auto given = nn::part_of(*value_at(at.in.tree(), path));
      nn::check_metric(given);
      if (std::find(metrics.begin(), metrics.end(), given) != metrics.end())
        throw failure{errc::config, "metric \"" + given.name + "\" is named twice; name it once, or with other keys"};
      metrics.push_back(given);
    });
  return metrics;
}

json metrics_value(const std::vector<spec>& metrics) {
  return named_values(metrics);
}

json stop_at(const key_reading& at) {
  const section keys{at.in.tree(), at.path()};
  keys.check(rules_of(find_section("trainer.stop").keys));
  if (keys.find("min_delta") != nullptr && keys.find("patience") == nullptr)
    keys.refuse_without("min_delta", "`patience`");
  return at.value();
}

spec scheme_at(const key_reading& at) {
  const auto& given = at.value();
  const auto& inner = find_section("trainer.scheme").keys;
  if (!given.is_object()) {
    const std::vector<std::string> names{"none", "emperor"};
    if (!given.is_string())
      at.refuse();
    if (std::find(names.begin(), names.end(), given) == names.end())
      at.refuse(did_you_mean(given.get<std::string>(), names));
    if (given == "none")
      return {"none"};
  } else {
    section{at.in.tree(), at.path()}.check(rules_of(inner));
  }
  spec scheme{"emperor"};
  for (const auto& key : inner)
    if (const auto& name = key.rule.name; name != "name")
      scheme.keys[name] =
          given.is_object() && given.contains(name) ? json(given.at(name).get<double>()) : key.value(at.to);
  return scheme;
}

} // namespace dk
