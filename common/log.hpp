#pragma once

#include <memory>
#include <spdlog/spdlog.h>
#include <string>

namespace dk {

/// How much of the log a person sees on stderr; a run's log.txt always gets everything from `info` up.
enum class verbosity { quiet, normal, verbose };

/// The log of dk. It is silent until set_up_log: a library does not print into other people's programs.
std::shared_ptr<spdlog::logger> log();

/// Sends the log to stderr: warnings only unless `verbose`, errors only when `quiet`. Call it at the start of a
/// program; calling it again replaces what an earlier call said, and ends log_to_file.
void set_up_log(verbosity level);

/// Writes the log to this file as well, in place of the file of an earlier call: a run's log.txt.
/// @throws failure (resources) when the file cannot be opened
void log_to_file(const std::string& file);

} // namespace dk
