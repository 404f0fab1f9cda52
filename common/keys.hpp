#pragma once

#include "common/error.hpp"
#include "common/key_rule.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dk {

/// A failure (config) about one key: it says which, and of whom it is the fault, so that nobody reads its text.
class key_failure : public failure {
public:
  enum class side {
    name,  ///< there should be no such key
    value, ///< its value is wrong or missing
  };

  /// @param path from what was checked to the key, and on into its value: "columns/1"; "": all of it
  key_failure(const std::string& text, std::string path, side at_fault = side::value)
      : failure(errc::config, text), path_(std::move(path)), at_fault_(at_fault) {}

  const std::string& path() const { return path_; }
  side at_fault() const { return at_fault_; }

private:
  std::string path_;
  side at_fault_;
};

/// What is wrong with a key of a table.
struct key_fault {
  enum class cause {
    unknown, ///< no rule has this name
    missing, ///< it is required
    kind,    ///< its value is of another kind
    range,   ///< a number that is out of range
    word,    ///< a text that is none of the rule's words
    part,    ///< the rule's `check` refused it
  };

  cause why;
  std::string path;               ///< as of key_failure
  const key_rule* rule = nullptr; ///< null: unknown
  nlohmann::json found{};         ///< the value at the path
  std::string refusal{};          ///< of a part: the text of its failure
  key_failure::side at_fault = key_failure::side::value;
};

/// Puts a fault into words: `in_words`, and what else those whose table it is have to say.
using key_wording = std::function<std::string(const key_fault& of)>;

/// "`units` is 0, expected a whole number of at least 1", "unknown key `unit` (did you mean "units"?)".
/// @param place after the key: " in [trainer]"
std::string in_words(const key_fault& fault, const std::vector<key_rule>& rules, const std::string& place = "");

/// A value as an error shows it: as JSON, cut where it is long.
std::string shown(const nlohmann::json& value);

/// Checks that a table has only keys with a rule, all required ones, and that each has a value as its rule says.
/// @throws key_failure in these words
void check_keys(const nlohmann::json& table, const std::vector<key_rule>& rules, const key_wording& wording);

/// Runs a check of the value of a key; a failure (config) of it becomes one about this key.
void check_within(const std::string& key, const std::function<void()>& check);

/// The names that an unknown key may have been meant for.
std::vector<std::string> names_of(const std::vector<key_rule>& rules);

/// `path` with one more step.
std::string join_path(const std::string& path, const std::string& key);

} // namespace dk
