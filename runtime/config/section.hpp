#pragma once

#include "runtime/config/config_tree.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace dk {

constexpr std::uint64_t many = 1'000'000'000; ///< the largest whole number that most keys take

inline bool is_part(double x) {
  return x >= 0 && x < 1;
}

/// A table of a config while it is read: each call takes one key, checks it and leaves the value that is there as it
/// is when the key is not given. All failures are failure (config) with the place, what was found and what was
/// expected.
class section {
public:
  /// @param path the table's path in the tree; a table that is not there is empty
  section(const config_tree& tree, std::string path);

  /// Fails for the first key that is not one of these.
  void only(const std::vector<std::string>& known) const;

  /// The value of a key; nullptr when it is not given.
  const nlohmann::json* find(const std::string& key) const;

  void text(const std::string& key, std::string& value) const;
  void flag(const std::string& key, bool& value) const;
  void texts(const std::string& key, std::vector<std::string>& value) const;

  /// One of these words.
  void word(const std::string& key, std::string& value, const std::vector<std::string>& expected) const;

  /// A whole number from `low` to `high`.
  void whole(const std::string& key, std::size_t& value, std::uint64_t low, std::uint64_t high) const;

  /// A list of whole numbers from `low` to `high`.
  void wholes(const std::string& key, std::vector<std::size_t>& value, std::uint64_t low, std::uint64_t high) const;

  /// A list of numbers for each of which `ok` holds.
  void numbers(const std::string& key, std::vector<double>& value, bool (*ok)(double),
               const std::string& expected) const;

  /// A number for which `ok` holds. @param expected says which those are
  void number(const std::string& key, double& value, bool (*ok)(double), const std::string& expected) const;

  /// A value of the same kind as `value`: a flag, a text, a whole number, a number.
  void like(const std::string& key, nlohmann::json& value) const;

  /// The list at a key, element by element, as sections' paths; empty when it is not given.
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

/// The value at a path; nullptr when there is none.
const nlohmann::json* value_at(const config_tree& tree, const std::string& path);

/// A value as a person would write it, on one line and not too long.
std::string shown(const nlohmann::json& value);

} // namespace dk
