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

bool is_shape(const json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const json& size) { return size.is_number_integer() && size > 0; });
}

bool is_words(const json& value) {
  return value.is_string() ||
         (value.is_array() && !value.empty() &&
          std::all_of(value.begin(), value.end(), [](const json& word) { return word.is_string(); }));
}

bool is_source(const json& value) {
  return value.is_object() && value.contains("format") && value["format"].is_string();
}

struct kind_check {
  bool ok;
  const char* expected;
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
    return {value.is_number_integer() && value > 0, "a whole number of at least 1"};
  case key_kind::range:
    return {is_range(value), "two different numbers, as in [0, 255]"};
  case key_kind::number:
    return {is_finite_number(value), "a number"};
  case key_kind::value:
    return {is_finite_number(value) || value.is_string(), "a number or a string"};
  case key_kind::flag:
    return {value.is_boolean(), "true or false"};
  case key_kind::shape:
    return {is_shape(value), "a list of whole numbers of at least 1, as in [28, 28, 1]"};
  case key_kind::words:
    return {is_words(value), "a string or a list of strings"};
  case key_kind::source:
    return {is_source(value), "a source, as in { format = \"csv\", path = \"more.csv\" }"};
  case key_kind::names_or_range:
    return {is_text(value) || is_texts(value) || is_range(value), "names of columns, or two different numbers"};
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
                                      value.dump(-1, ' ', false, json::error_handler_t::replace) + ", expected " +
                                      checked.expected};
  }
  for (const auto& rule : rules)
    if (!rule.choices.empty() && given.keys.contains(rule.name)) {
      const auto found = given.keys.at(rule.name).get<std::string>();
      if (std::find(rule.choices.begin(), rule.choices.end(), found) == rule.choices.end())
        throw failure{errc::config, who + '`' + rule.name + "` is \"" + found + '"' +
                                        did_you_mean(found, rule.choices) + ", expected one of: " + join(rule.choices)};
    }
  for (const auto& rule : rules)
    if (rule.required && !given.keys.contains(rule.name))
      throw failure{errc::config, who + "needs the key `" + rule.name + "`, " + check({}, rule.kind).expected};
}

} // namespace dk::data
