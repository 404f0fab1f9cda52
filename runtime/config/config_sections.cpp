#include "runtime/config/config_sections.hpp"

#include <algorithm>
#include <filesystem>

namespace dk {

namespace {

// Of the run's folder, too: so it is no path.
void read_name(const key_reading& at) {
  at.to.name = at.value().get<std::string>();
  if (at.to.name.empty() || at.to.name.find('/') != std::string::npos)
    at.in.refuse(at.rule.name, "a text that can be part of a folder's name");
}

config_section top_section() {
  return {
      "",
      {{text_rule("name"), "part of the name of the run's folder", read_name, [](const job& of) { return of.name; }},
       {seed_rule(), "of everything random",
        [](const key_reading& at) { at.to.seed = at.value().get<std::uint64_t>(); },
        [](const job& of) { return of.seed; }}}};
}

// A key of an algorithm takes a value of the kind of its default.
config_key own_key(const std::string& name, const nlohmann::json& like) {
  const auto kind = like.is_number_float() ? key_kind::number
                    : like.is_number()     ? key_kind::whole
                    : like.is_boolean()    ? key_kind::flag
                                           : key_kind::word;
  const auto read = [is_number = like.is_number_float()](const key_reading& at) {
    auto& value = at.to.trainer.algorithm.keys[at.rule.name];
    if (is_number)
      value = at.value().get<double>();
    else
      value = at.value();
  };
  key_rule rule = rule_of(name, kind);
  if (like.is_number())
    rule.range = at_least(0);
  return {rule, "of this algorithm only", read,
          [name](const job& of) { return of.trainer.algorithm.keys.value(name, nlohmann::json{}); }};
}

} // namespace

std::vector<key_rule> rules_of(const std::vector<config_key>& keys) {
  std::vector<key_rule> rules;
  for (const auto& key : keys)
    rules.push_back(key.rule);
  return rules;
}

config_key shown_where(config_key of, std::function<bool(const job& of)> is_shown) {
  of.is_shown = std::move(is_shown);
  return of;
}

config_key shown_unless_empty(config_key of) {
  return shown_where(of, [value = of.value](const job& all) {
    const auto made = value(all);
    return !made.empty() && made != "";
  });
}

config_key shown_by_line(config_key of) {
  of.by_line = true;
  return of;
}

config_key with_keys(config_key of) {
  of.has_keys = true;
  return of;
}

config_key formerly(const std::string& name, config_key of) {
  of.former = name;
  return of;
}

std::string path_at(const key_reading& at) {
  const auto path = at.value().get<std::string>();
  return path.empty() ? path : (std::filesystem::path{at.folder} / path).lexically_normal().string();
}

const std::vector<config_section>& config_sections() {
  static const std::vector<config_section> all{top_section(),     data_section(),    model_section(),
                                               trainer_section(), stop_section(),    compress_section(),
                                               scheme_section(),  cluster_section(), laboratory_section()};
  return all;
}

std::vector<const config_section*> outer_sections() {
  std::vector<const config_section*> outer;
  for (const auto& one : config_sections())
    if (!one.is_inner())
      outer.push_back(&one);
  return outer;
}

const config_section& find_section(const std::string& name) {
  const auto& all = config_sections();
  return *std::find_if(all.begin(), all.end(), [&](const config_section& one) { return one.name == name; });
}

std::vector<config_key> keys_of(const config_section& of, const nlohmann::json& own_keys) {
  auto keys = of.keys;
  if (of.name != "trainer")
    return keys;
  auto behind_the_name = keys.begin() + 1;
  for (const auto& [name, value] : own_keys.items())
    behind_the_name = keys.insert(behind_the_name, own_key(name, value)) + 1;
  return keys;
}

} // namespace dk
