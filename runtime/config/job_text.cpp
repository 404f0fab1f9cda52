#include "runtime/config/config_sections.hpp"
#include "runtime/config/toml_text.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace dk {

namespace {

using nlohmann::json;
using value_map = std::map<std::string, json>; // by whole name: "trainer.epochs"

bool is_shown(const config_key& key, const job& of) {
  return !key.is_shown || key.is_shown(of);
}

std::string whole_name(const config_section& part, const config_key& key) {
  return part.name.empty() ? key.rule.name : part.name + '.' + key.rule.name;
}

std::string line_of(const config_key& key, const json& value) {
  if (!key.by_line)
    return to_toml(value);
  std::string text = "[";
  for (const auto& one : value)
    text += "\n  " + to_toml(one) + ',';
  return text + (value.empty() ? "]" : "\n]");
}

value_map values_of(const config_section& part, const job& of, bool only_shown) {
  value_map all;
  for (const auto& key : keys_of(part, of.trainer.algorithm.keys))
    if (!only_shown || is_shown(key, of))
      all[whole_name(part, key)] = key.value(of);
  return all;
}

value_map shown_values(const job& of) {
  value_map all;
  for (const auto* part : outer_sections())
    all.merge(values_of(*part, of, true));
  return all;
}

} // namespace

std::string to_toml(const job& which) {
  std::string text;
  for (const auto* part : outer_sections()) {
    if (!part->name.empty())
      text += "\n[" + part->name + "]\n";
    for (const auto& key : keys_of(*part, which.trainer.algorithm.keys))
      if (is_shown(key, which))
        text += key.rule.name + " = " + line_of(key, key.value(which)) + '\n';
  }
  return text;
}

std::vector<std::string> differing_keys(const job& a, const job& b) {
  const auto here = shown_values(a);
  const auto there = shown_values(b);
  std::set<std::string> keys;
  for (const auto* all : {&here, &there})
    for (const auto& [key, unused] : *all)
      keys.insert(key);
  std::vector<std::string> differing;
  for (const auto& key : keys) {
    const auto one = here.find(key);
    const auto other = there.find(key);
    if (one == here.end() || other == there.end() || one->second != other->second)
      differing.push_back(key);
  }
  return differing;
}

std::map<std::string, std::string> values_by_key(const job& which) {
  std::map<std::string, std::string> all;
  const std::function<void(const std::string&, const json&)> add = [&](const std::string& key, const json& value) {
    if (value.is_object() && !value.empty())
      for (const auto& [inner, one] : value.items())
        add(key + '.' + inner, one);
    else
      all[key] = to_toml(value);
  };
  for (const auto& [key, value] : shown_values(which))
    add(key, value);
  return all;
}

bool is_same_section(const std::string& name, const job& a, const job& b) {
  const auto& part = find_section(name);
  return values_of(part, a, false) == values_of(part, b, false);
}

bool operator==(const job& a, const job& b) {
  const auto all = outer_sections();
  return a.model.left == b.model.left &&
         std::all_of(all.begin(), all.end(), [&](const auto* part) { return is_same_section(part->name, a, b); });
}

} // namespace dk
