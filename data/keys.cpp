#include "data/keys.hpp"

namespace dk::data {

void check_keys(const spec& given, const std::string& role, const std::vector<key_rule>& rules) {
  dk::check_keys(given.keys, rules,
                 [&](const key_fault& fault) { return role + " `" + given.name + "`: " + in_words(fault, rules); });
}

} // namespace dk::data
