#include "apps/driver/child_program.hpp"

#include "common/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace dk {

namespace {

constexpr const char* own_program = "/proc/self/exe";

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_driver(const std::vector<char*>& arguments, int complaints, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) // the parent was gone before the line above
    _exit(127);
  setpgid(0, 0);
  const auto nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(complaints, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(own_program, arguments.data());
  _exit(127);
}

sigset_t end_of_child() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return set;
}

} // namespace

child_program::child_program(const std::vector<std::string>& given) {
  const std::string name = "dk_driver";
  std::vector<char*> arguments{const_cast<char*>(name.c_str())};
  for (const auto& word : given)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  complaints_ = memfd_create("complaints", MFD_CLOEXEC);
  const auto parent = getpid();
  pid_ = complaints_ < 0 ? -1 : fork();
  if (pid_ == 0)
    become_driver(arguments, complaints_, parent);
  if (pid_ < 0) {
    const std::string why = std::strerror(errno);
    if (complaints_ >= 0)
      close(complaints_);
    throw failure{errc::resources,
                  "cannot start another dk_driver: " + why + "; close other programs, or lower --jobs"};
  }
}

child_program::child_program(child_program&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), complaints_(std::exchange(other.complaints_, -1)), status_(other.status_) {}

child_program::~child_program() {
  if (pid_ > 0 && !has_ended()) {
    send(SIGTERM);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR)
      continue;
  }
  if (complaints_ >= 0)
    close(complaints_);
}

void child_program::send(int signal) const {
  if (pid_ > 0 && status_ < 0)
    kill(pid_, signal);
}

bool child_program::has_ended() {
  int how = 0;
  if (status_ < 0 && waitpid(pid_, &how, WNOHANG) == pid_)
    status_ = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
  return status_ >= 0;
}

std::string child_program::complaints() const {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t n = 0; (n = pread(complaints_, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0;)
    text.append(part.data(), static_cast<std::size_t>(n));
  return text;
}

void watch_children() {
  const auto set = end_of_child();
  sigprocmask(SIG_BLOCK, &set, nullptr);
}

void wait_for_children() {
  const auto set = end_of_child();
  const timespec most{0, 200'000'000};
  sigtimedwait(&set, nullptr, &most);
}

} // namespace dk
