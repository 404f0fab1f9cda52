#pragma once

#include "actors/parameter_server.hpp"
#include "actors/worker.hpp"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// An asynchronous optimizer: its names, its own keys of `[trainer]`, and the two rules it consists of.
struct algorithm {
  std::string name;
  std::vector<std::string> aliases;
  nlohmann::json defaults;                                         ///< its own keys with their defaults
  std::function<exchange_rule(const nlohmann::json& keys)> worker; ///< `keys` has a value for each of `defaults`
  std::function<fold_rule(const nlohmann::json& keys)> server;     ///< empty: one worker trains alone, without a server

  bool has_server() const { return static_cast<bool>(server); }
};

/// The algorithm of this name or alias; nullptr when there is none.
const algorithm* find_algorithm(std::string_view name);

/// Every algorithm's name, aliases left out, in the order of the catalog.
std::vector<std::string> algorithm_names();

} // namespace dk
