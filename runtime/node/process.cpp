#include "runtime/node/process.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dk {

namespace {

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const std::vector<char*>& arguments, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) // the parent was gone before the line above
    _exit(127);
  setpgid(0, 0); // ^C in the node's terminal is the node's affair
  dup2(output, STDOUT_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

} // namespace

child_process start_process(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw failure{errc::resources, std::string{"cannot make a pipe: "} + std::strerror(errno)};
  std::vector<char*> arguments;
  for (const auto& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto parent = getpid();
  const auto pid = fork();
  if (pid == 0)
    become(arguments, ends[1], parent);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    throw failure{errc::resources, "cannot start " + command.front() + ": " + std::strerror(errno)};
  }
  return {pid, ends[0]};
}

std::optional<std::string> first_line(child_process& child, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  std::string line;
  bool whole = false;
  while (!whole) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wait{child.output, POLLIN, 0};
    const auto ready = left.count() > 0 ? poll(&wait, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR)
      continue;
    char c = 0;
    if (ready <= 0 || line.size() > 300)
      break;
    const auto got = read(child.output, &c, 1);
    if (got < 0 && errno == EINTR)
      continue;
    if (got != 1)
      break;
    if (c == '\n')
      whole = true;
    else
      line += c;
  }
  close(child.output);
  child.output = -1;
  return whole ? std::optional{line} : std::nullopt;
}

std::optional<process_exit> try_reap(std::int32_t pid) {
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) != pid)
    return std::nullopt;
  if (WIFSIGNALED(status))
    return process_exit{0, pid, 0, WTERMSIG(status)};
  return process_exit{0, pid, WEXITSTATUS(status), 0};
}

void kill_and_reap(std::int32_t pid) {
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

} // namespace dk
