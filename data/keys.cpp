#include "data/keys.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <cmath>

namespace dk::data {

namespace {

using nlohmann::json;

bool is_text(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty();
}

bool is_texts(const json& value) {
  return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_text);
}

bool is_finite_number(const json& value) {
  return value.is_number() && std::isfinite(value.get<double>());
}

bool is_range(const json& value) {
  return value.is_array() && value.size() == 2 && std::all_of(value.begin(), value.end(), is_finite_number) &&
         value[0] != value[1];
}

struct kind_check {
  bool ok;
  const char* accepted;
};

kind_check check(const json& value, key_kind kind) {
  switch (kind) {
  case key_kind::text:
    return {is_text(value), "a string"};
  case key_kind::path:
    return {is_text(value), "the path of a file"};
  case key_kind::texts:
    return {is_texts(value), "a list of strings"};
  case key_kind::names:
    return {is_text(value) || is_texts(value), "a string or a list of strings"};
  case key_kind::character:
    return {is_text(value) && value.get_ref<const std::string&>().size() == 1, "a string of one character"};
  case key_kind::whole:
    return {value.is_number_integer() && value > 0, "a whole number from 1 up"};
  case key_kind::range:
    return {is_range(value), "two different numbers, as in [0, 255]"};
  }
  return {false, "nothing"};
}

} // namespace

void check_keys(const spec& given, const std::string& role, const std::vector<key_rule>& rules) {
  const auto who = role + " `" + given.name + "`: ";
  std::vector<std::string> names;
  for (const auto& rule : rules)
    names.push_back(rule.name);
  for (const auto& [key, value] : given.keys.items()) {
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&name = key](const key_rule& r) { return r.name == name; });
    if (rule == rules.end())
      throw failure{errc::config,
                    who + "unknown key `" + key + '`' + did_you_mean(key, names) + "; its keys are: " + join(names)};
    if (const auto checked = check(value, rule->kind); !checked.ok)
      throw failure{errc::config, who + '`' + key + "` is " +
                                      value.dump(-1, ' ', false, json::error_handler_t::replace) + ", accepted is " +
                                      checked.accepted};
  }
  for (const auto& rule : rules)
    if (rule.required && !given.keys.contains(rule.name))
      throw failure{errc::config, who + "needs the key `" + rule.name + "`, " + check({}, rule.kind).accepted};
}

} // namespace dk::data
