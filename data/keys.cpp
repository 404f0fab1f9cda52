#include "data/keys.hpp"

#include "common/text.hpp"

namespace dk::data {

namespace {

using cause = key_fault::cause;

std::string in_words(const key_fault& fault, const std::vector<key_rule>& rules) {
  if (fault.why == cause::unknown)
    return "unknown key `" + fault.path + '`' + did_you_mean(fault.path, names_of(rules)) +
           "; its keys are: " + join(names_of(rules));
  const auto& rule = *fault.rule;
  if (fault.why == cause::missing)
    return "needs the key `" + rule.name + "`, " + expected(rule);
  const auto shown = fault.found.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto guess = fault.why == cause::word ? did_you_mean(fault.found.get<std::string>(), rule.words) : "";
  return '`' + rule.name + "` is " + shown + guess + ", expected " + expected(rule);
}

} // namespace

void check_keys(const spec& given, const std::string& role, const std::vector<key_rule>& rules) {
  dk::check_keys(given.keys, rules,
                 [&](const key_fault& fault) { return role + " `" + given.name + "`: " + in_words(fault, rules); });
}

} // namespace dk::data
