#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data::json_lines {

/// Keys of objects; none: all keys.
using key_names = std::vector<std::string>;

/// The object that a line holds; NaN in it, as Python writes it, is null. Something else than an object where the line
/// holds none, gives a key twice, or has under a wanted key a whole number that 64 bits do not hold. Such a number
/// under another key is read as a double.
nlohmann::json parsed_line(std::string_view line, const key_names& wanted = {});

/// Says why a line is refused. @param column from 1 up; 0: it is not known
using line_refusal = std::function<void(const std::string& why, std::size_t column)>;

/// Calls `refuse`, which throws, with what is wrong with a line of which parsed_line makes no object.
void refuse_line(std::string_view line, const line_refusal& refuse, const key_names& wanted = {});

} // namespace dk::data::json_lines
