#include "runtime/config/toml_text.hpp"

#include "common/error.hpp"

#include <limits>

namespace dk {

namespace {

using nlohmann::json;

bool is_bare(const std::string& key) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !key.empty() && key.find_first_not_of(letters) == std::string::npos;
}

// JSON's strings are TOML's, but for the one control character that JSON leaves alone.
std::string quoted(const std::string& text) {
  std::string escaped;
  for (const auto c : json(text).dump(-1, ' ', false, json::error_handler_t::replace))
    if (c == '\x7F')
      escaped += "\\u007F";
    else
      escaped += c;
  return escaped;
}

} // namespace

std::string to_toml(const json& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items())
      text += (text.empty() ? " " : ", ") + (is_bare(key) ? key : quoted(key)) + " = " + to_toml(inner);
    return text.empty() ? "{}" : '{' + text + " }";
  }
  if (value.is_array()) {
    for (const auto& inner : value)
      text += (text.empty() ? "" : ", ") + to_toml(inner);
    return '[' + text + ']';
  }
  if (value.is_string())
    return quoted(value.get<std::string>());
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw failure{errc::config, "a config cannot hold the number " + value.dump() + "; the largest is 2^63 - 1"};
  return value.dump();
}

} // namespace dk
