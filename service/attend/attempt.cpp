#include "service/attend/attempt.hpp"

#include "common/error.hpp"
#include "common/replace_file.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace dk::service {

namespace {

using attempt_clock = std::chrono::steady_clock;

[[noreturn]] void cannot_attend(const std::string& what, const std::string& path) {
  throw failure{errc::resources, path + ": " + what + ": " + std::strerror(errno)};
}

class held_handle {
public:
  explicit held_handle(int fd) : fd_(fd) {}
  held_handle(held_handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  held_handle& operator=(held_handle&&) = delete;
  held_handle(const held_handle&) = delete;
  held_handle& operator=(const held_handle&) = delete;
  ~held_handle() {
    if (fd_ >= 0)
      close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

private:
  int fd_;
};

std::string attempt_path(const std::string& folder, std::int64_t number) {
  return folder + "/attempt-" + std::to_string(number);
}

std::string exit_path(const std::string& folder, std::int64_t number) {
  return folder + "/exit-" + std::to_string(number) + ".json";
}

// The file of an attempt, with a lock on it from the moment when others can see it: it gets its name when it is locked.
// @return no handle when somebody has made it before
held_handle claim_attempt(const std::string& folder, std::int64_t number) {
  const auto path = attempt_path(folder, number);
  const auto draft = path + "." + std::to_string(getpid());
  unlink(draft.c_str()); // of an earlier process with this number
  held_handle file{open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!file || flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    cannot_attend("cannot be made and locked", draft);
  const auto text = std::to_string(getpid()) + "\n";
  const auto is_written =
      write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file.get()) == 0;
  const auto is_first = is_written && link(draft.c_str(), path.c_str()) == 0;
  const auto why = errno;
  unlink(draft.c_str());
  if (is_first)
    return file;
  errno = why;
  if (!is_written || why != EEXIST)
    cannot_attend("cannot be made", path);
  return held_handle{-1};
}

pid_t pid_in(int fd) {
  std::array<char, 32> text{};
  const auto size = pread(fd, text.data(), text.size() - 1, 0);
  return size > 0 ? static_cast<pid_t>(std::strtol(text.data(), nullptr, 10)) : 0;
}

std::optional<process_end> read_exit(const std::string& path) {
  std::ifstream in{path};
  if (!in)
    return std::nullopt;
  const auto read = nlohmann::json::parse(in, nullptr, false);
  const auto is_fine = [&](const char* key) {
    return read.is_object() && read.contains(key) && read[key].is_number_integer();
  };
  if (!is_fine("status") || !is_fine("signal") || !is_fine("at"))
    throw failure{errc::resources, path + ": is damaged; remove it, and the attempt counts as lost"};
  return process_end{read["status"], read["signal"], read["at"]};
}

void write_exit(const std::string& path, int status) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const nlohmann::json end{{"status", WIFEXITED(status) ? WEXITSTATUS(status) : 0},
                           {"signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0},
                           {"at", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}};
  replace_file(path, end.dump() + "\n");
}

sigset_t attended_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const auto one : {SIGTERM, SIGINT, SIGHUP, SIGCHLD})
    sigaddset(&set, one);
  return set;
}

// In the new process: never returns.
[[noreturn]] void become(const attendance& to, int output, const sigset_t& blocked) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const auto nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  std::vector<char*> arguments;
  for (const auto& one : to.command)
    arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  if (chdir(to.workplace.c_str()) == 0)
    execv(arguments.front(), arguments.data());
  dprintf(STDERR_FILENO, "E_RESOURCES %s cannot be started in %s: %s\n", arguments.front(), to.workplace.c_str(),
          std::strerror(errno));
  _exit(exit_status(errc::resources));
}

// Waits for the end of the process, and passes on what asks for it. @return as waitpid
int end_of(pid_t process, int signals, std::chrono::milliseconds grace) {
  std::optional<attempt_clock::time_point> deadline;
  for (int status = 0;;) {
    if (waitpid(process, &status, WNOHANG) == process)
      return status;
    const auto left =
        deadline ? std::chrono::ceil<std::chrono::milliseconds>(*deadline - attempt_clock::now()).count() : -1;
    if (deadline && left <= 0) {
      kill(process, SIGKILL);
      waitpid(process, &status, 0);
      return status;
    }
    pollfd wanted{signals, POLLIN, 0};
    if (poll(&wanted, 1, static_cast<int>(left)) <= 0)
      continue;
    signalfd_siginfo got{};
    if (read(signals, &got, sizeof got) == sizeof got && got.ssi_signo != SIGCHLD && !deadline) {
      kill(process, SIGTERM);
      deadline = attempt_clock::now() + grace;
    }
  }
}

} // namespace

attempt_status status_of_attempt(const std::string& folder, std::int64_t number) {
  using kind = attempt_status::kind;
  const auto path = attempt_path(folder, number);
  const held_handle file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file && errno == ENOENT)
    return {};
  if (!file)
    cannot_attend("cannot be read", path);
  if (flock(file.get(), LOCK_SH | LOCK_NB) != 0)
    return {kind::attended, pid_in(file.get()), {}};
  const auto end = read_exit(exit_path(folder, number));
  return end ? attempt_status{kind::ended, 0, *end} : attempt_status{kind::vanished, 0, {}};
}

bool give_up_attempt(const std::string& folder, std::int64_t number) {
  return bool{claim_attempt(folder, number)};
}

bool attend(const attendance& to) {
  const auto claim = claim_attempt(to.folder, to.number);
  if (!claim)
    return false;
  const auto path = to.folder + "/output.txt";
  const held_handle output{open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!output)
    cannot_attend("cannot be written", path);
  const auto set = attended_signals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  const held_handle signals{signalfd(-1, &set, SFD_CLOEXEC)};
  const auto process = signals ? fork() : -1;
  if (process == 0)
    become(to, output.get(), set);
  if (process < 0)
    cannot_attend("no process can be started", to.command.front());
  write_exit(exit_path(to.folder, to.number), end_of(process, signals.get(), to.grace));
  return true;
}

} // namespace dk::service
