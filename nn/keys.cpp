#include "nn/keys.hpp"

#include "common/text.hpp"

#include <sstream>
#include <tuple>

namespace dk::nn {

namespace {

std::string unknown(std::string_view what, std::string_view name, const std::vector<std::string>& names,
                    const std::vector<std::string>& others = {}) {
  auto meant = names;
  meant.insert(meant.end(), others.begin(), others.end());
  return "unknown " + std::string{what} + " \"" + std::string{name} + "\"" + did_you_mean(name, meant) +
         "; there are " + join(names);
}

using cause = key_fault::cause;

std::string words_of(key_kind kind) {
  switch (kind) {
  case key_kind::whole:
    return "a whole number";
  case key_kind::number:
    return "a number";
  case key_kind::flag:
    return "true or false";
  case key_kind::numbers:
    return "a list of numbers";
  case key_kind::words:
    return "a text or a list of texts";
  default:
    return "a text";
  }
}

std::string out_of_range(const key_fault& fault) {
  const auto& [name, range] = std::tie(fault.rule->name, fault.rule->range);
  std::ostringstream text;
  text << name << " = " << fault.found.get<double>() << " is out of range: it is at least " << range.low;
  if (range.high < no_limit)
    text << " and below " << range.high;
  return text.str();
}

std::string in_words(const key_fault& fault, const std::vector<key_rule>& rules) {
  if (fault.why == cause::unknown)
    return "unknown key \"" + fault.path + "\"" + did_you_mean(fault.path, names_of(rules)) + "; it takes " +
           (rules.empty() ? "none" : join(names_of(rules)));
  const auto& name = fault.rule->name;
  if (fault.why == cause::missing)
    return "the key \"" + name + "\" is missing";
  if (fault.why == cause::range)
    return out_of_range(fault);
  if (fault.why == cause::word)
    return unknown(name, fault.found.get<std::string>(), fault.rule->words);
  if (fault.why == cause::part)
    return name + ": " + fault.refusal;
  const bool is_inside = fault.path != name;
  return name + " must be " + words_of(fault.rule->kind) + (is_inside ? ", but holds " : ", not ") + fault.found.dump();
}

} // namespace

void check_keys(const spec& of, const std::vector<key_rule>& rules) {
  dk::check_keys(of.keys, rules, [&](const key_fault& fault) { return of.name + ": " + in_words(fault, rules); });
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

void refuse_name(std::string_view what, std::string_view name, const std::vector<std::string>& names,
                 const std::vector<std::string>& others) {
  throw key_failure{unknown(what, name, names, others), "name"};
}

} // namespace dk::nn
