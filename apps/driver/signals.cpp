#include "apps/driver/signals.hpp"

#include <csignal>
#include <cstring>
#include <unistd.h>

namespace dk {

namespace {

// Lock-free atomics may be used in a signal handler; little else may.
std::atomic<bool> stop{false};
std::atomic<int> first_signal{0};
std::atomic<const char*> way_out_then{""};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free &&
                  std::atomic<const char*>::is_always_lock_free,
              "used in a handler");

extern "C" void on_signal(int signal) {
  if (stop.exchange(true)) {
    const char* const way_out = way_out_then;
    for (const auto* part : {"\nended at once; ", way_out, "\n"})
      if (write(STDERR_FILENO, part, std::strlen(part)) < 0)
        break;
    _exit(128 + signal);
  }
  first_signal = signal;
}

} // namespace

const std::atomic<bool>& stop_flag() {
  return stop;
}

void stop_on_signals(const char* way_out) {
  way_out_then = way_out;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction before {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) // or else nohup wants the run to outlive its terminal
    sigaction(SIGHUP, &action, nullptr);
}

int stopping_signal() {
  return first_signal;
}

} // namespace dk
