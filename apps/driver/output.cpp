#include "apps/driver/output.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace dk {

namespace {

// What a reader that has left means to every program.
[[noreturn]] void end_quietly() {
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
  ::_exit(128 + SIGPIPE);
}

} // namespace

void print(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0 && errno == EPIPE)
      end_quietly();
    if (written < 0)
      throw failure{errc::resources, std::string{"cannot write to stdout: "} + std::strerror(errno) +
                                         "; make room, or send the output elsewhere"};
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void tell(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR)
      return;
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

} // namespace dk
