#include "jobs/plots/gnuplot.hpp"

#include "common/error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace dk {

namespace {

constexpr std::size_t longest_complaint = 400; // characters

[[noreturn]] void cannot_run(int why) {
  throw failure{errc::resources,
                why == ENOENT ? std::string{"gnuplot is not installed, or not in PATH; install Debian's gnuplot-nox"}
                              : std::string{"cannot run gnuplot: "} + std::strerror(why) + "; try again"};
}

// A file in memory: whichever side writes first, nobody waits for a reader, as he would at a pipe that is full.
class memory_file {
public:
  explicit memory_file(const char* name) : file_(memfd_create(name, MFD_CLOEXEC)) {
    if (file_ < 0)
      cannot_run(errno);
  }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  ~memory_file() { close(file_); }

  int number() const { return file_; }

  void fill(const std::string& text) const {
    for (std::size_t done = 0; done < text.size();) {
      const auto n = pwrite(file_, text.data() + done, text.size() - done, static_cast<off_t>(done));
      if (n < 0 && errno != EINTR)
        cannot_run(errno);
      done += n < 0 ? 0 : static_cast<std::size_t>(n);
    }
  }

  std::string content() const {
    std::string text;
    std::array<char, 65536> part{};
    for (ssize_t n = 0; (n = pread(file_, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0;)
      text.append(part.data(), static_cast<std::size_t>(n));
    return text;
  }

private:
  int file_;
};

// @return as waitpid has it
int run_program(std::vector<std::string> command, const memory_file& in, const memory_file& out,
                const memory_file& err) {
  std::vector<char*> arguments;
  for (auto& word : command)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.number(), STDERR_FILENO);
  pid_t pid = -1;
  const auto why = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (why != 0)
    cannot_run(why);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      cannot_run(errno);
  return status;
}

// Words with one space between them, and no more than a person reads.
std::string on_one_line(const std::string& text) {
  std::istringstream in{text};
  std::string line;
  for (std::string word; in >> word && line.size() < longest_complaint;)
    line += (line.empty() ? "" : " ") + word;
  return line.empty() ? "it says no more" : line.substr(0, longest_complaint);
}

} // namespace

std::string run_gnuplot(const std::string& script) {
  const memory_file in{"script"};
  const memory_file out{"picture"};
  const memory_file err{"complaints"};
  in.fill(script);
  const auto status = run_program({"gnuplot", "--default-settings", "-"}, in, out, err);
  auto picture = out.content();
  if (status != 0 || picture.empty()) {
    const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                         : "exit status " + std::to_string(WEXITSTATUS(status));
    throw failure{errc::resources, "gnuplot failed with " + how + ": " + on_one_line(err.content()) +
                                       "; dk needs Debian's gnuplot-nox, 5.4 or newer"};
  }
  return picture;
}

std::string gnuplot_quoted(const std::string& text) {
  using json = nlohmann::json;
  const auto valid = json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
  std::string quoted = "'";
  for (const auto c : valid) {
    const bool is_control = static_cast<unsigned char>(c) < 32 || c == 127;
    quoted += is_control ? '?' : c;
    if (c == '\'')
      quoted += '\'';
  }
  return quoted + '\'';
}

} // namespace dk
