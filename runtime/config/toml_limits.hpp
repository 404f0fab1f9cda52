#pragma once

#include <string>
#include <string_view>

namespace dk {

/// Keys within keys, as in a.b.c, and brackets within brackets: no config is as deep, and a reader must not be sent
/// deeper than its stack.
constexpr std::size_t most_key_parts = 32;
constexpr std::size_t most_brackets = 64;

/// Checks TOML before it is parsed. @param origin for errors. @param is_setting then `origin` alone is the place
/// @throws failure (config): "ORIGIN:LINE:COLUMN: reason"
void check_depth(std::string_view toml, const std::string& origin, bool is_setting);

/// Checks that it is text in UTF-8, with line feeds, before it is parsed. @throws as check_depth
void check_text(std::string_view toml, const std::string& origin);

} // namespace dk
