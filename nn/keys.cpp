#include "nn/keys.hpp"

#include "common/text.hpp"

namespace dk::nn {

void check_keys(const spec& of, const std::vector<key_rule>& rules) {
  dk::check_keys(of.keys, rules, [&](const key_fault& fault) { return of.name + ": " + in_words(fault, rules); });
}

spec part_of(const nlohmann::json& value) {
  if (value.is_string())
    return {value.get<std::string>()};
  if (!value.is_object() || !value.contains("name") || !value.at("name").is_string())
    throw failure{errc::config, "found " + shown(value) + ", expected a name, or a table with a name"};
  spec part{value.at("name").get<std::string>(), value};
  part.keys.erase("name");
  return part;
}

void refuse_name(std::string_view what, std::string_view name, const std::vector<std::string>& names,
                 const std::vector<std::string>& others) {
  auto meant = names;
  meant.insert(meant.end(), others.begin(), others.end());
  throw key_failure{"unknown " + std::string{what} + " \"" + std::string{name} + '"' + did_you_mean(name, meant) +
                        "; there are " + join(names),
                    "name"};
}

} // namespace dk::nn
