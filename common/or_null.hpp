#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace dk {

/// The number; null where there is none.
inline nlohmann::json or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

} // namespace dk
