#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dk {

/// A value as TOML, on one line. @throws failure (config) for a whole number that TOML cannot hold
std::string to_toml(const nlohmann::json& value);

} // namespace dk
