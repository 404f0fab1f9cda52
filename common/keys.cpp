#include "common/keys.hpp"

#include "common/text.hpp"

#include <algorithm>
#include <optional>

namespace dk {

namespace {

using nlohmann::json;
using cause = key_fault::cause;

std::optional<key_fault> fault_in_part(const key_rule& rule, const json& value, const std::string& path) {
  try {
    check_within(path, [&] { rule.check(value); });
  } catch (const key_failure& why) {
    return key_fault{cause::part, why.path(), &rule, value, why.what(), why.at_fault()};
  }
  return std::nullopt;
}

std::optional<key_fault> fault_in(const key_rule& rule, const json& value, const std::string& path) {
  const bool is_number = rule.kind == key_kind::whole || rule.kind == key_kind::number;
  if (!is_of_kind(rule, value))
    return key_fault{cause::kind, path, &rule, value};
  if (is_number && !rule.range.holds(value.get<double>()))
    return key_fault{cause::range, path, &rule, value};
  if (rule.kind == key_kind::numbers) {
    const key_rule one{rule.name, key_kind::number, false, rule.range};
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto fault = fault_in(one, value[i], join_path(path, std::to_string(i)))) {
        fault->rule = &rule;
        return fault;
      }
  }
  const auto& words = rule.words;
  if (value.is_string() && !words.empty() && std::find(words.begin(), words.end(), value) == words.end())
    return key_fault{cause::word, path, &rule, value};
  return rule.check == nullptr ? std::nullopt : fault_in_part(rule, value, path);
}

std::string unknown_key(const std::string& key, const std::vector<key_rule>& rules, const std::string& place) {
  const auto known = names_of(rules);
  const auto guess = did_you_mean(key, known);
  const auto names = known.empty() ? "; there are none" : "; its keys are: " + join(known);
  return "unknown key `" + key + '`' + place + (guess.empty() ? names : guess);
}

} // namespace

std::string in_words(const key_fault& fault, const std::vector<key_rule>& rules, const std::string& place) {
  if (fault.why == cause::unknown)
    return unknown_key(fault.path, rules, place);
  const auto& rule = *fault.rule;
  if (fault.why == cause::part)
    return rule.name + ": " + fault.refusal;
  const auto* const has = fault.path == rule.name ? " is " : " holds ";
  const auto guess = fault.why == cause::word ? did_you_mean(fault.found.get<std::string>(), rule.words) : "";
  return '`' + rule.name + '`' + place + has + (fault.why == cause::missing ? "missing" : shown(fault.found)) +
         ", expected " + expected(rule) + guess;
}

std::string shown(const json& value) {
  constexpr std::size_t most = 60;
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

void check_keys(const json& table, const std::vector<key_rule>& rules, const key_wording& wording) {
  const auto refuse = [&](const key_fault& fault) { throw key_failure{wording(fault), fault.path, fault.at_fault}; };
  for (const auto& [key, value] : table.items()) {
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&name = key](const key_rule& r) { return r.name == name; });
    if (rule == rules.end())
      refuse({cause::unknown, key, nullptr, value, "", key_failure::side::name});
    else if (const auto fault = fault_in(*rule, value, key))
      refuse(*fault);
  }
  for (const auto& rule : rules)
    if (rule.required && !table.contains(rule.name))
      refuse({cause::missing, rule.name, &rule});
}

void check_within(const std::string& key, const std::function<void()>& check) {
  try {
    check();
  } catch (const key_failure& why) {
    throw key_failure{why.what(), join_path(key, why.path()), why.at_fault()};
  } catch (const failure& why) {
    if (why.code() != errc::config)
      throw;
    throw key_failure{why.what(), key};
  }
}

std::vector<std::string> names_of(const std::vector<key_rule>& rules) {
  std::vector<std::string> names;
  for (const auto& rule : rules)
    names.push_back(rule.name);
  return names;
}

std::string join_path(const std::string& path, const std::string& key) {
  return path.empty() || key.empty() ? path + key : path + '/' + key;
}

} // namespace dk
