#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace dk {

/// Another dk_driver, which this one has started. It has a process group of its own, so ^C in the terminal does not
/// reach it, reads nothing, and its results go nowhere: they are in its run's folder. It is asked to stop when the
/// thread that started it ends, however that happens.
class child_program {
public:
  /// @param arguments what would be typed after dk_driver. @throws failure (resources)
  explicit child_program(const std::vector<std::string>& arguments);
  ~child_program(); ///< asks it to stop in order, and waits for that
  child_program(child_program&& other) noexcept;
  child_program& operator=(child_program&&) = delete;

  void send(int signal) const;

  /// Whether it has ended; does not wait.
  bool has_ended();

  /// Its exit status, or 128 + the signal that ended it. Requires that it has ended.
  int status() const { return status_; }

  /// What it wrote to stderr so far.
  std::string complaints() const;

private:
  pid_t pid_ = -1;
  int complaints_ = -1; // a file in memory
  int status_ = -1;
};

/// Lets wait_for_children wait. Call it before the first child is started.
void watch_children();

/// Waits until a child has ended, a signal came, or 200 ms are over.
void wait_for_children();

} // namespace dk
