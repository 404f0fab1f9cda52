#pragma once

#include "runtime/config/config_tree.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dk {

/// A table of a config while it is read. All failures are failure (config) with the place, what was found and what was
/// expected.
class section {
public:
  /// @param path the table's path in the tree; a table that is not there is empty
  section(const config_tree& tree, std::string path);

  /// Fails for the first key without a rule, and for the first value that is not as its rule says.
  void check(const std::vector<key_rule>& rules) const;

  /// The value of a key; nullptr when it is not given.
  const nlohmann::json* find(const std::string& key) const;

  /// The list at a key, element by element, as paths in the tree; empty when it is not given. Requires a list
  std::vector<std::string> list(const std::string& key) const;

  /// The path of a key in the tree.
  std::string path(const std::string& key) const { return join_path(path_, key); }

  const config_tree& tree() const { return tree_; }

  /// "PLACE: `key` in [SECTION] is FOUND, expected EXPECTED"
  [[noreturn]] void refuse(const std::string& key, const std::string& expected) const;

  /// "PLACE: `key` = FOUND in [SECTION] needs NEED"
  [[noreturn]] void refuse_without(const std::string& key, const std::string& need) const;

  /// "PLACE: in [SECTION] give CHOICE, not both"
  [[noreturn]] void refuse_both(const std::string& key, const std::string& choice) const;

private:
  std::string title() const;
  std::string shown_value(const std::string& key) const;

  const config_tree& tree_;
  std::string path_;
  const nlohmann::json* table_;
};

/// Runs a check of what stands at a path, which knows no places, and puts in front of its failure the place of the key
/// that it is about.
void placed(const config_tree& tree, const std::string& path, const std::function<void()>& check);

/// The value at a path; nullptr when there is none.
const nlohmann::json* value_at(const config_tree& tree, const std::string& path);

} // namespace dk
