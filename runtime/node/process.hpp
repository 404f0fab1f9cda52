#pragma once

#include "runtime/enlist/node_messages.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// A started program, and the end of the pipe that its standard output goes to.
struct child_process {
  std::int32_t pid = 0;
  int output = -1;
};

/// Starts a program; it is killed when the calling thread ends. @throws failure (resources)
child_process start_process(const std::vector<std::string>& command);

/// Reads one line of a child's output and closes the pipe; nothing when none came in time.
std::optional<std::string> first_line(child_process& child, std::chrono::milliseconds deadline);

/// How this child ended, if it has.
std::optional<process_exit> try_reap(std::int32_t pid);

/// Kills a child and waits for its end.
void kill_and_reap(std::int32_t pid);

} // namespace dk
