#include "runtime/config/job_parse.hpp"

#include "algorithms/catalog.hpp"
#include "runtime/config/config_sections.hpp"

namespace dk {

namespace {

// Above the first section stand its keys, and the sections.
std::vector<key_rule> rules_in(const config_section& part, const std::vector<config_key>& keys) {
  auto rules = rules_of(keys);
  if (part.name.empty())
    for (const auto& other : outer_sections())
      if (!other->name.empty())
        rules.push_back(rule_of(other->name, key_kind::table));
  return rules;
}

// Keys that have another name now are read under it, and a person is told.
config_tree with_current_names(config_tree tree) {
  for (const auto* part : outer_sections())
    for (const auto& key : part->keys) {
      const section in{tree, part->name};
      if (key.former.empty() || in.find(key.former) == nullptr)
        continue;
      const auto& now = key.rule.name;
      const auto where = tree.where_key(in.path(key.former));
      if (in.find(now) != nullptr)
        in.refuse_both(key.former, '`' + now + "` or its former name `" + key.former + '`');
      tree.warn(where + ": `" + key.former + "` in [" + part->name + "] is called `" + now + "` now; rename it");
      tree.rename(part->name, key.former, now);
    }
  return tree;
}

} // namespace

nlohmann::json algorithm_keys(const config_tree& tree) {
  auto name = trainer_config{}.algorithm.name();
  if (const auto* given = value_at(tree, "trainer/algorithm"); given != nullptr && given->is_string())
    name = *given;
  const auto* info = find_algorithm(name);
  return info == nullptr ? nlohmann::json::object() : info->defaults;
}

job read_job(const config_tree& given, const std::string& base_folder) {
  const auto tree = with_current_names(given);
  job read;
  const auto own_keys = algorithm_keys(tree);
  for (const auto& part : outer_sections())
    section{tree, part->name}.check(rules_in(*part, keys_of(*part, own_keys)));
  for (const auto& part : outer_sections()) {
    const section in{tree, part->name};
    for (const auto& key : keys_of(*part, own_keys))
      if (in.find(key.rule.name) != nullptr)
        key.read({in, key.rule, base_folder, read});
    if (part->finish)
      part->finish(in, read);
  }
  return read;
}

} // namespace dk
