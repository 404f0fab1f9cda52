#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dk {

/// What the value of a key may be. Texts are strings; a filled one is not empty.
enum class key_kind {
  flag,            ///< true or false
  word,            ///< a text
  words,           ///< a text, or a list of texts, at least one
  word_list,       ///< a list of texts
  text,            ///< a filled text
  path,            ///< a filled text that names a file
  texts,           ///< a list of filled texts, at least one
  names,           ///< a filled text, or a list of them, at least one
  character,       ///< a text of one character
  whole,           ///< a whole number in the range
  whole_list,      ///< a list of such
  shape,           ///< a list of such, at least one
  number,          ///< a finite number in the range
  number_list,     ///< a list of such
  numbers,         ///< a list of such, at least one; each is checked by itself
  bounds,          ///< two different finite numbers
  names_or_bounds, ///< names or bounds, as above
  value,           ///< a finite number or a text
  source,          ///< a data source: a table with a `format`
  table,           ///< a table
  list,            ///< a list of anything
  part,            ///< what the rule's `check` accepts
};

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// Which numbers a key takes: those from `low` on and below `high`, where it says nothing else of the two ends.
struct number_range {
  double low = -no_limit;
  double high = no_limit;
  bool has_low = true;
  bool has_high = false;
  const char* unit = "";
  bool or_zero = false; ///< 0 as well

  bool holds(double x) const;
};

constexpr number_range at_least(double low, const char* unit = "") {
  return {low, no_limit, true, false, unit};
}
constexpr number_range above(double low, const char* unit = "") {
  return {low, no_limit, false, false, unit};
}
constexpr number_range from_to(double low, double high, const char* unit = "") {
  return {low, high, true, true, unit};
}
constexpr number_range above_to(double low, double high, const char* unit = "") {
  return {low, high, false, true, unit};
}

/// One key that something takes.
struct key_rule {
  std::string name;
  key_kind kind = key_kind::word;
  bool required = false;
  number_range range{};
  std::vector<std::string> words{};                     ///< of a text: no other is allowed; none: any is
  void (*check)(const nlohmann::json& value) = nullptr; ///< of a part: throws failure (config) at what is wrong
  std::string expected{};                               ///< what `expected` says, where that needs words of its own
};

/// Whether the value is of the rule's kind: a number is, whatever its range; the numbers of a list are in it.
bool is_of_kind(const key_rule& rule, const nlohmann::json& value);

/// What the value of a key may be, to end "expected ...": "a whole number from 1 to 64".
std::string expected(const key_rule& rule);

} // namespace dk
