#include "tests/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace dk::test {

namespace {

std::string all_of(int file) {
  std::string text;
  char part[4096];
  for (ssize_t n = 0; (n = pread(file, part, sizeof part, static_cast<off_t>(text.size()))) > 0;)
    text.append(part, static_cast<std::size_t>(n));
  return text;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const auto& word : words)
    all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (more.count(std::string{*entry, std::strcspn(*entry, "=")}) == 0)
      all.emplace_back(*entry);
  for (const auto& [name, value] : more)
    all.push_back(name + '=' + value);
  return all;
}

// What /proc says of a process behind its name: the state, then the parent. Empty when there is no such process.
std::vector<std::string> stat_of(const std::string& pid) {
  std::ifstream file{"/proc/" + pid + "/stat"};
  std::string text;
  std::getline(file, text); // unlike other reads, quiet about a process that ended meanwhile
  const auto name_end = text.rfind(')');
  std::istringstream rest{name_end == std::string::npos ? "" : text.substr(name_end + 1)};
  return {std::istream_iterator<std::string>{rest}, {}};
}

// How many processes share a core: what takes a second on an idle machine may take so many on a busy one.
double crowd() {
  double load = 0;
  std::ifstream{"/proc/loadavg"} >> load;
  return std::max(1.0, load / std::max(1U, std::thread::hardware_concurrency()));
}

} // namespace

bool eventually(seconds deadline, const std::function<bool()>& condition) {
  const auto begun = std::chrono::steady_clock::now();
  while (!condition()) {
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begun;
    if (waited >= deadline && waited >= deadline * std::min(crowd(), 5.0))
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

process::process(const std::vector<std::string>& command, const process_options& options)
    : out_(memfd_create("out", MFD_CLOEXEC)), err_(memfd_create("err", MFD_CLOEXEC)) {
  const auto arguments = pointers_to(command);
  const auto variables = environment_with(options.environment);
  const auto environment = pointers_to(variables);
  const auto parent = getpid();
  pid_ = fork();
  if (pid_ < 0)
    throw std::runtime_error{"cannot start " + command.front() + ": " + std::strerror(errno)};
  if (pid_ > 0)
    return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(out_, STDOUT_FILENO);
  dup2(err_, STDERR_FILENO);
  if (getppid() == parent && (options.folder.empty() || chdir(options.folder.c_str()) == 0))
    execve(arguments[0], arguments.data(), environment.data());
  _exit(127);
}

process::~process() {
  if (status_ < 0 && pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
  close(err_);
}

std::string process::out() const {
  return all_of(out_);
}

std::string process::err() const {
  return all_of(err_);
}

void process::send(int signal) const {
  if (status_ < 0)
    kill(pid_, signal);
}

int process::wait(seconds deadline) {
  eventually(deadline, [&] {
    int how = 0;
    if (status_ < 0 && waitpid(pid_, &how, WNOHANG) == pid_)
      status_ = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
    return status_ >= 0;
  });
  return status_;
}

outcome run(const std::vector<std::string>& command, const process_options& options, seconds deadline) {
  process started{command, options};
  const auto status = started.wait(deadline);
  return {status, started.out(), started.err()};
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos)
      continue;
    const auto stat = stat_of(name);
    if (stat.size() > 1 && stat[0] != "Z" && stat[1] == std::to_string(parent))
      children.push_back(std::stoi(name));
  }
  return children;
}

bool is_gone(pid_t pid) {
  const auto stat = stat_of(std::to_string(pid));
  return stat.empty() || stat[0] == "Z";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

std::string content_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace dk::test
