#include "common/error.hpp"
#include "common/small_file.hpp"
#include "data/formats/catalog.hpp"
#include "runtime/config/config_parts.hpp"
#include "runtime/config/config_sections.hpp"
#include "runtime/config/job_parse.hpp"
#include "runtime/config/variables.hpp"

#include <cstdlib>
#include <filesystem>

namespace dk {

namespace {

constexpr std::size_t most_config_bytes = std::size_t{16} << 20U;

config_tree tree_of(const std::string& path) {
  return config_tree::parse(read_small_file(path, most_config_bytes, "config file"), path);
}

std::string folder_of(const std::string& path) {
  return std::filesystem::absolute(path).parent_path().string();
}

void take_variable(config_tree& tree, const std::string& part, const std::string& key, const environment& lookup) {
  const auto name = variable_of(part, key);
  if (const auto value = lookup(name))
    tree.override_with(part.empty() ? key : part + '.' + key, *value, "environment " + name + '=' + *value);
}

void take_settings(config_tree& tree, const std::vector<std::string>& settings) {
  for (const auto& setting : settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw failure{errc::config, "--set " + setting + ": expected KEY=VALUE, as in trainer.workers=8"};
    tree.override_with(setting.substr(0, equals), setting.substr(equals + 1), "--set " + setting);
  }
}

} // namespace

environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const auto* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

job parse_job(std::string_view toml, const std::string& origin, const std::string& base_folder) {
  return read_job(config_tree::parse(toml, origin), base_folder);
}

job checked(const job& which) {
  return parse_job(to_toml(which), "job " + which.name, std::filesystem::current_path().string());
}

job load_job(const std::string& path, const std::vector<std::string>& settings, const environment& lookup) {
  auto tree = tree_of(path);
  for (const auto* part : outer_sections())
    for (const auto& key : part->keys)
      for (const auto& name : {key.rule.name, key.former})
        if (!name.empty())
          take_variable(tree, part->name, name, lookup);
  auto preview = tree; // which algorithm it will be decides which variables have a meaning
  take_settings(preview, settings);
  const auto own_keys = algorithm_keys(preview);
  for (const auto& [key, unused] : own_keys.items())
    take_variable(tree, "trainer", key, lookup);
  take_settings(tree, settings);
  return read_job(tree, folder_of(path));
}

job reload_job(const std::string& path) {
  auto tree = tree_of(path);
  tree.is_quiet = true;
  return read_job(tree, folder_of(path));
}

spec parse_source(const std::string& text) {
  const auto folder = std::filesystem::current_path().string();
  if (text.empty() || text.front() != '{')
    return data::anchored(data::source_of(text), folder);
  config_tree tree;
  tree.override_with("source", text, text);
  return read_source(tree, "source", folder);
}

} // namespace dk
