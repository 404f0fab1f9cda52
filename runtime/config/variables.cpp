#include "runtime/config/variables.hpp"

#include "algorithms/catalog.hpp"
#include "common/error.hpp"
#include "common/text.hpp"
#include "runtime/config/config_sections.hpp"

#include <algorithm>
#include <cctype>
#include <unistd.h>

namespace dk {

std::string variable_of(const std::string& part, const std::string& key) {
  auto name = "DK_" + (part.empty() ? "" : part + '_') + key;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

namespace {

// All that override some config: which of them have a meaning depends on its algorithm.
std::vector<std::string> variables_of_configs() {
  std::vector<std::string> all;
  for (const auto* part : outer_sections())
    for (const auto& key : part->keys) {
      all.push_back(variable_of(part->name, key.rule.name));
      if (!key.former.empty())
        all.push_back(variable_of(part->name, key.former));
    }
  for (const auto& name : algorithm_names())
    for (const auto& [key, unused] : find_algorithm(name)->defaults.items())
      all.push_back(variable_of("trainer", key));
  return all;
}

// Of programs and tests of dk.
bool is_no_key(const std::string& name) {
  const std::vector<std::string> others{"DK_ADDRESS", "DK_TOKEN", "DK_SLOW", "DK_MNIST_MIRROR"};
  return std::find(others.begin(), others.end(), name) != others.end();
}

bool is_of_a_section(const std::string& name) {
  const auto all = outer_sections();
  return std::any_of(all.begin(), all.end(), [&](const auto* part) {
    return !part->name.empty() && name.rfind(variable_of(part->name, ""), 0) == 0;
  });
}

} // namespace

std::vector<std::string> variables_of_process() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (text.rfind("DK_", 0) == 0)
      names.push_back(text.substr(0, text.find('=')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> check_variables(const std::vector<std::string>& names) {
  const auto known = variables_of_configs();
  std::vector<std::string> unused;
  for (const auto& name : names) {
    if (is_no_key(name) || std::find(known.begin(), known.end(), name) != known.end())
      continue;
    if (is_of_a_section(name))
      throw failure{errc::config, "environment " + name + ": no config has this key" + did_you_mean(name, known) +
                                      "; unset it, or use --set for a key within a key"};
    unused.push_back("environment " + name + ": nothing reads it" + did_you_mean(name, known));
  }
  return unused;
}

} // namespace dk
