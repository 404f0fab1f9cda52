#pragma once

#include "common/keys.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace dk {

/// TOML as JSON, plus where each key and value was written.
/// A path joins keys and indexes with slashes: "trainer/workers", "model/layers/0/dense"; the root is "".
class config_tree {
public:
  nlohmann::json values = nlohmann::json::object();
  bool is_quiet = false; ///< nobody is warned of former names

  /// Warns in the log, unless the tree is quiet.
  void warn(const std::string& text) const;

  /// @throws failure (config): "ORIGIN:LINE:COLUMN: reason"
  static config_tree parse(std::string_view toml, const std::string& origin);

  /// Puts a value at a dotted key ("trainer.optimizer.name"), over what is there.
  /// @param text TOML, or a plain word that counts as a string
  /// @param origin what errors about it start with, e.g. "--set trainer.workers=0"
  void override_with(const std::string& dotted, const std::string& text, const std::string& origin);

  /// Gives a key of a table another name. Requires that the table has it, and not the other.
  void rename(const std::string& table, const std::string& from, const std::string& to);

  /// What an error about the value at this path starts with: "mnist.cfg:12:11", or the setting that gave it.
  /// A path that was not written has the place of what would hold it.
  std::string where(const std::string& path) const;

  /// As where, for the key instead of the value.
  std::string where_key(const std::string& path) const;

private:
  struct place {
    std::string key;
    std::string value;
  };

  const place& find(std::string path) const;

  std::map<std::string, place> places_;

  friend struct toml_converter;
};

} // namespace dk
