#include "nn/keys.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <sstream>

namespace dk::nn {

namespace {

[[noreturn]] void refuse(const spec& of, const std::string& why) {
  throw failure{errc::config, of.name + ": " + why};
}

std::string unknown(std::string_view what, std::string_view name, const std::vector<std::string>& names) {
  return "unknown " + std::string{what} + " \"" + std::string{name} + "\"" + did_you_mean(name, names) +
         "; there are " + join(names);
}

void check_range(const spec& of, const key_rule& rule, double value) {
  if (value >= rule.low && value < rule.high)
    return;
  std::ostringstream text;
  text << rule.name << " = " << value << " is out of range: it is at least " << rule.low;
  if (rule.high < std::numeric_limits<double>::infinity())
    text << " and below " << rule.high;
  refuse(of, text.str());
}

void check_value(const spec& of, const key_rule& rule, const nlohmann::json& value) {
  const auto name = std::string{rule.name};
  switch (rule.kind) {
  case value_kind::count:
    if (!value.is_number_integer())
      refuse(of, name + " must be a whole number, not " + value.dump());
    return check_range(of, rule, value.get<double>());
  case value_kind::number:
    if (!value.is_number())
      refuse(of, name + " must be a number, not " + value.dump());
    return check_range(of, rule, value.get<double>());
  case value_kind::flag:
    if (!value.is_boolean())
      refuse(of, name + " must be true or false, not " + value.dump());
    return;
  case value_kind::numbers:
    if (!value.is_array() || value.empty())
      refuse(of, name + " must be a list of numbers, not " + value.dump());
    for (const auto& one : value) {
      if (!one.is_number())
        refuse(of, name + " must be a list of numbers, but holds " + one.dump());
      check_range(of, rule, one.get<double>());
    }
    return;
  case value_kind::words: {
    const bool is_list = value.is_array() && !value.empty() &&
                         std::all_of(value.begin(), value.end(), [](const auto& one) { return one.is_string(); });
    if (!is_list && !value.is_string())
      refuse(of, name + " must be a text or a list of texts, not " + value.dump());
    return;
  }
  case value_kind::part:
    try {
      return rule.check(value);
    } catch (const failure& why) {
      refuse(of, name + ": " + why.what());
    }
  case value_kind::word:
    if (!value.is_string())
      refuse(of, name + " must be a text, not " + value.dump());
    if (rule.words == nullptr)
      return;
    const auto words = rule.words();
    const auto word = value.get<std::string>();
    if (std::find(words.begin(), words.end(), word) == words.end())
      refuse(of, unknown(name, word, words));
  }
}

} // namespace

void check_keys(const spec& of, const std::vector<key_rule>& rules) {
  std::vector<std::string> names;
  for (const auto& rule : rules)
    names.emplace_back(rule.name);
  for (const auto& [key, value] : of.keys.items()) {
    const auto known = key;
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const key_rule& r) { return r.name == known; });
    if (rule == rules.end())
      refuse(of, "unknown key \"" + key + "\"" + did_you_mean(key, names) + "; it takes " +
                     (names.empty() ? "none" : join(names)));
    check_value(of, *rule, value);
  }
  for (const auto& rule : rules)
    if (rule.required && !of.keys.contains(std::string{rule.name}))
      refuse(of, "the key \"" + std::string{rule.name} + "\" is missing");
}

spec part_of(const nlohmann::json& value) {
  if (value.is_string())
    return {value.get<std::string>()};
  if (!value.is_object() || !value.contains("name") || !value.at("name").is_string())
    throw failure{errc::config, "must be a name or a table with a name, not " + value.dump()};
  spec part{value.at("name").get<std::string>(), value};
  part.keys.erase("name");
  return part;
}

void refuse_name(std::string_view what, std::string_view name, const std::vector<std::string>& names) {
  throw failure{errc::config, unknown(what, name, names)};
}

} // namespace dk::nn
