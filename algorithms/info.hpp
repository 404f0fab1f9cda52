#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// What a config needs to know of an algorithm: its names and its own keys of `[trainer]`.
struct algorithm_info {
  std::string name;
  std::vector<std::string> aliases;
  nlohmann::json defaults = nlohmann::json::object(); ///< its own keys with their defaults, e.g. {"rho": 5.0}
  bool has_server = true;                             ///< false: one worker trains alone
};

/// The algorithm of this name or alias; nullptr when there is none.
const algorithm_info* find_algorithm(std::string_view name);

/// Every algorithm's name, aliases left out, in the order of the catalog.
std::vector<std::string> algorithm_names();

} // namespace dk
