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
/// program; calling it again replaces what an earlier call said. Not while a log_to_file lives.
void set_up_log(verbosity level);

/// While it lives, the log goes to a file as well: a run's log.txt. Of several the newest counts.
class log_to_file {
public:
  /// @throws failure (resources) when the file cannot be opened
  explicit log_to_file(const std::string& file);
  ~log_to_file();
  log_to_file(const log_to_file&) = delete;
  log_to_file& operator=(const log_to_file&) = delete;
};

} // namespace dk
