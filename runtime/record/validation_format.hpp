#pragma once

#include "actors/protocol/protocol.hpp"

#include <optional>
#include <string>
#include <vector>

// validation.jsonl, see docs/run-folder.md.

namespace dk {

/// A line. @param seconds since the session began. @param session of the run, from 0
std::string validation_line(const validation_report& measured, double seconds, std::uint32_t session = 0);

/// Which of these measurements a line stands for, as a remark in the file of its center has it; the first of them is 0.
/// None: it is of none, or is no line.
std::optional<std::size_t> measurement_of(const std::string& line, const std::vector<validation_report>& all);

/// What earlier sessions have measured; nothing where there is no file.
/// @throws failure (checkpoint) that names a damaged line; one that was cut short at the end is left out
std::vector<validation_report> read_validation(const std::string& path);

} // namespace dk
