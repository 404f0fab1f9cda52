#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace dk::nn::keras {

/// Readers of a description that nobody vouches for.

/// @throws failure (model): the text
[[noreturn]] void refuse(const std::string& why);

/// @throws failure (model): `what` is not JSON, or nested so deeply that no model is
nlohmann::json parse(const std::string& text, const std::string& what);

/// A key's value, or null where it is missing or `in` is no object.
const nlohmann::json& at(const nlohmann::json& in, const char* key);

/// @throws failure (model) when there is no text
std::string text_at(const nlohmann::json& in, const char* key);

/// "relu", also where it is written as {"class_name": "relu", ...} or {"class_name": "function", "config": "relu"}.
nlohmann::json plain(const nlohmann::json& value);

} // namespace dk::nn::keras
