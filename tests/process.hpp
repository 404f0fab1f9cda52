#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dk::test {

using std::chrono::seconds;

/// Asks until the answer is yes or the time is up, which is longer on a busy machine. @return the last answer
bool eventually(seconds deadline, const std::function<bool()>& condition);

struct process_options {
  std::map<std::string, std::string> environment; ///< on top of this process's
  std::string folder;                             ///< to start in; empty: this one's
};

/// A started program whose output is kept. Whatever becomes of the test, it is killed and waited for.
class process {
public:
  explicit process(const std::vector<std::string>& command, const process_options& options = {});
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  pid_t pid() const { return pid_; }
  std::string out() const; ///< all that it wrote so far
  std::string err() const;

  void send(int signal) const;

  /// Waits for the end, as long as `deadline`. @return the exit status, 128 + the signal that ended it, or -1: it runs
  int wait(seconds deadline = seconds{60});
  bool ended() { return wait(seconds{0}) >= 0; }

private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  int status_ = -1;
};

/// What a program that ran to its end left behind.
struct outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// Runs a program to its end, killed after `deadline`.
outcome run(const std::vector<std::string>& command, const process_options& options = {},
            seconds deadline = seconds{60});

/// The processes that this process started and that live.
std::vector<pid_t> children_of(pid_t parent);

/// Whether no process of this number lives.
bool is_gone(pid_t pid);

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(const std::string& text);

/// A whole file; empty when there is none.
std::string content_of(const std::string& path);

} // namespace dk::test
