#pragma once

#include "common/spec.hpp"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// What a key of a layer or an optimizer may hold. `words`: a word or a list of them.
/// `part`: the name of something with keys of its own, or a table of its name and keys.
enum class value_kind { count, number, flag, word, words, numbers, part };

/// One key that a layer or an optimizer understands.
struct key_rule {
  std::string_view name;
  value_kind kind = value_kind::word;
  bool required = false;
  double low = -std::numeric_limits<double>::infinity(); ///< smallest number allowed
  double high = std::numeric_limits<double>::infinity(); ///< numbers stay below this one
  std::vector<std::string> (*words)() = nullptr;         ///< the words allowed; null: any
  void (*check)(const nlohmann::json& value) = nullptr;  ///< of a part: throws failure (config) at what is wrong
};

/// @throws failure (config): an unknown key, a missing one, a wrong type, a number out of range, an unknown word
void check_keys(const spec& of, const std::vector<key_rule>& rules);

/// The value of a key that check_keys has passed, or `otherwise` when it is not given.
template <class T>
T value_or(const spec& of, const char* key, T otherwise) {
  return of.keys.value(key, otherwise);
}

/// What a part names: "zeros", or { name = "constant", value = 1 }. @throws failure (config) when it names nothing
spec part_of(const nlohmann::json& value);

/// @throws failure (config): nothing is called so, with what was probably meant
[[noreturn]] void refuse_name(std::string_view what, std::string_view name, const std::vector<std::string>& names);

} // namespace dk::nn
