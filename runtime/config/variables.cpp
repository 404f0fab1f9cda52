#include "runtime/config/variables.hpp"

#include "algorithms/catalog.hpp"
#include "common/error.hpp"
#include "common/text.hpp"
#include "runtime/config/config_sections.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
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

// "trainer.optimizer.learning_rate" for DK_TRAINER_OPTIMIZER_LEARNING_RATE: what is within a key has no variable of its
// own. Nothing where the name does not begin as the variable of a key that may be a table.
std::string key_within(const std::string& name) {
  std::string found;
  for (const auto* part : outer_sections())
    for (const auto& key : part->keys) {
      const auto variable = variable_of(part->name, key.rule.name) + '_';
      if (!key.has_keys || name.rfind(variable, 0) != 0 || name.size() == variable.size())
        continue;
      found = part->name + '.' + key.rule.name + '.';
      std::transform(name.begin() + static_cast<std::ptrdiff_t>(variable.size()), name.end(), std::back_inserter(found),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    }
  return found;
}

// "DK_TRAINER_" of DK_TRAINER_WORKER; nothing where it is of no section.
std::string start_of_section(const std::string& name) {
  for (const auto* part : outer_sections())
    if (const auto start = variable_of(part->name, ""); !part->name.empty() && name.rfind(start, 0) == 0)
      return start;
  return "";
}

// What is wrong with a variable of a section, and what to do. The names of keys are compared without that of their
// section: it makes long names look alike.
std::string way_out(const std::string& name, const std::string& start, const std::vector<std::string>& known) {
  std::vector<std::string> keys;
  for (const auto& one : known)
    if (one.rfind(start, 0) == 0)
      keys.push_back(one.substr(start.size()));
  if (const auto near = nearest_name(name.substr(start.size()), keys); !near.empty())
    return " (did you mean \"" + start + near + "\"?); unset it";
  if (const auto within = key_within(name); !within.empty())
    return "; unset it, or use --set " + within + "=VALUE for a key within a key";
  return did_you_mean(name, known) + "; unset it";
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
    if (const auto start = start_of_section(name); !start.empty())
      throw failure{errc::config, "environment " + name + ": no config has this key" + way_out(name, start, known)};
    unused.push_back("environment " + name + ": nothing reads it" + did_you_mean(name, known));
  }
  return unused;
}

} // namespace dk
