#pragma once

#include "common/spec.hpp"

#include <string>
#include <vector>

namespace dk::data {

/// What the value of a key must be.
enum class key_kind {
  text,           ///< a string
  path,           ///< a string that names a file
  texts,          ///< a list of strings, at least one
  names,          ///< a string, or a list of strings
  character,      ///< a string of one character
  whole,          ///< a whole number from 1 up
  range,          ///< two different finite numbers
  number,         ///< a finite number
  value,          ///< a finite number or a string
  flag,           ///< true or false
  shape,          ///< a list of whole numbers from 1 up
  words,          ///< a string or a list of strings, which may be empty
  source,         ///< a data source: a table with a `format`
  names_or_range, ///< names as above, or a range
};

/// One key that a source or a transform takes.
struct key_rule {
  std::string name;
  key_kind kind;
  bool required = false;
  std::vector<std::string> choices{}; ///< of a text: no other is allowed
};

/// Checks that `given` has only these keys, all required ones, and that each has its type.
/// @param role what `given` is, to start the error: "transform", "source"
/// @throws failure (config) that names the key in backquotes, what was found and what was expected
void check_keys(const spec& given, const std::string& role, const std::vector<key_rule>& rules);

} // namespace dk::data
