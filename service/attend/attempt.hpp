#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dk::service {

/// How a job's process ended.
struct process_end {
  int status = 0;      ///< what it returned, if no signal ended it
  int by_signal = 0;   ///< 0 for none
  std::int64_t at = 0; ///< milliseconds since 1970, UTC
};

/// Who has to do with one attempt at a job. It is told by two files in the job's folder: `attempt-N`, which whoever
/// attends to it holds a lock on (flock) as long as it lives, and `exit-N.json`. So a server that was killed finds out
/// when it is back, and no attempt is ever begun twice.
struct attempt_status {
  enum class kind : std::uint8_t {
    unclaimed, ///< nobody has begun it
    attended,  ///< its attendant lives
    ended,     ///< its process has ended, and how is known
    vanished,  ///< its attendant is gone without a word, as in a crash of the host; or a server gave it up
  };
  kind what = kind::unclaimed;
  pid_t attendant = 0; ///< of `attended`
  process_end end;     ///< of `ended`
};

/// @param folder of the job. @throws failure (resources) where it cannot be read
attempt_status status_of_attempt(const std::string& folder, std::int64_t number);

/// Takes an attempt that nobody has begun, so that nobody can begin it any more.
/// @return false when somebody has. @throws failure (resources)
bool give_up_attempt(const std::string& folder, std::int64_t number);

/// What an attendant is to do.
struct attendance {
  std::string folder; ///< of the job; output goes to its `output.txt`
  std::int64_t number = 1;
  std::string workplace;            ///< the folder in which the process runs
  std::vector<std::string> command; ///< the program's path, and its arguments
  std::chrono::milliseconds grace{5'000};
};

/// Attends to one attempt: starts the process, waits for its end and writes that down. A SIGTERM asks the process to
/// stop in order; after `grace` it is killed. Should the attendant be killed itself, the process gets SIGTERM. To be
/// called in a process of its own, which has one thread.
/// @return false when somebody else attends to it: then nothing was started. @throws failure (resources)
bool attend(const attendance& to);

} // namespace dk::service
