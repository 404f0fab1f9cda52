#pragma once

#include "common/keys.hpp"
#include "common/spec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk::nn {

/// @throws key_failure: an unknown key, a missing one, a wrong type, a number out of range, an unknown word
void check_keys(const spec& of, const std::vector<key_rule>& rules);

/// The value of a key that check_keys has passed, or `otherwise` when it is not given.
template <class T>
T value_or(const spec& of, const char* key, T otherwise) {
  return of.keys.value(key, otherwise);
}

/// What a part names: "zeros", or { name = "constant", value = 1 }. @throws failure (config) when it names nothing
spec part_of(const nlohmann::json& value);

/// @throws key_failure of the key `name`: nothing is called so, with what was probably meant
/// @param others names that may be meant as well, and are not listed
[[noreturn]] void refuse_name(std::string_view what, std::string_view name, const std::vector<std::string>& names,
                              const std::vector<std::string>& others = {});

} // namespace dk::nn
