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
  case value_kind::word:
    if (!value.is_string())
      refuse(of, name + " must be a text, not " + value.dump());
    if (rule.words == nullptr)
      return;
    const auto words = rule.words();
    const auto word = value.get<std::string>();
    if (std::find(words.begin(), words.end(), word) == words.end())
      refuse(of, "unknown " + name + " \"" + word + "\"" + did_you_mean(word, words) + "; there are " + join(words));
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
      refuse(of, "unknown key \"" + key + "\"" + did_you_mean(key, names) + "; it takes " + join(names));
    check_value(of, *rule, value);
  }
  for (const auto& rule : rules)
    if (rule.required && !of.keys.contains(std::string{rule.name}))
      refuse(of, "the key \"" + std::string{rule.name} + "\" is missing");
}

} // namespace dk::nn
