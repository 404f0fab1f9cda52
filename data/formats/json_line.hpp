#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace dk::data::json_lines {

/// What becomes of whole numbers that 64 bits do not hold.
enum class wide_wholes { refused, as_doubles };

/// The object that a line holds; NaN in it, as Python writes it, is null. Something else than an object where the line
/// holds none, gives a key twice, or has a wide whole number that is refused.
nlohmann::json parsed_line(std::string_view line, wide_wholes wide = wide_wholes::refused);

/// Says why a line is refused. @param column from 1 up; 0: it is not known
using line_refusal = std::function<void(const std::string& why, std::size_t column)>;

/// Calls `refuse`, which throws, with what is wrong with a line of which parsed_line makes no object.
void refuse_line(std::string_view line, const line_refusal& refuse, wide_wholes wide = wide_wholes::refused);

} // namespace dk::data::json_lines
