#pragma once

#include "common/spec.hpp"

#include <string>
#include <vector>

namespace dk::data {

/// What the value of a key must be.
enum class key_kind {
  text,      ///< a string
  path,      ///< a string that names a file
  texts,     ///< a list of strings, at least one
  names,     ///< a string, or a list of strings
  character, ///< a string of one character
  whole,     ///< a whole number from 1 up
  range,     ///< two different finite numbers
};

/// One key that a source or a transform takes.
struct key_rule {
  std::string name;
  key_kind kind;
  bool required = false;
};

/// Checks that `given` has only these keys, all required ones, and that each has its type.
/// @param role what `given` is, to start the error: "transform", "source"
/// @throws failure (config) that names the key in backquotes, what was found and what is accepted
void check_keys(const spec& given, const std::string& role, const std::vector<key_rule>& rules);

} // namespace dk::data
