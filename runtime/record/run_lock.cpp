#include "runtime/record/run_lock.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dk {

namespace {

[[noreturn]] void cannot_lock(const std::string& path, int why) {
  throw request_failure{errc::resources, "cannot lock " + path + ": " + std::strerror(why) +
                                             "; a run needs a folder that can be written and locked, choose another " +
                                             request_member("out")};
}

std::string own_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0)
    host = {"an unnamed host"};
  return "process " + std::to_string(getpid()) + " on " + host.data();
}

// Who holds it, in its own words. Nothing of it is trusted: a few printable characters, or none.
std::string owner_of(int fd) {
  std::array<char, 300> text{};
  const auto size = pread(fd, text.data(), text.size(), 0);
  std::string owner;
  for (ssize_t i = 0; i < size && text[static_cast<std::size_t>(i)] >= ' ' && text[static_cast<std::size_t>(i)] < 127;
       ++i)
    owner += text[static_cast<std::size_t>(i)];
  return owner.empty() ? "a process that is just starting" : owner;
}

int open_lock(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    cannot_lock(path, errno);
  return fd;
}

// The owner takes the file away at its end; who has opened it before holds a lock that nobody else would meet.
bool is_still_there(const std::string& path, int fd) {
  struct stat by_name {};
  struct stat by_handle {};
  return stat(path.c_str(), &by_name) == 0 && fstat(fd, &by_handle) == 0 && by_name.st_ino == by_handle.st_ino &&
         by_name.st_dev == by_handle.st_dev;
}

} // namespace

run_lock::run_lock(const std::string& folder) : path_(folder + "/run.lock") {
  for (;;) {
    fd_ = open_lock(path_);
    while (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      const int why = errno;
      if (why == EINTR)
        continue;
      const auto owner = why == EWOULDBLOCK ? owner_of(fd_) : "";
      close(fd_);
      if (owner.empty())
        cannot_lock(path_, why);
      throw failure{errc::checkpoint,
                    folder + " is being trained by " + owner + "; wait until it ends, or stop it, and try again"};
    }
    if (is_still_there(path_, fd_))
      break;
    close(fd_);
  }
  const auto text = own_name() + "\n";
  if (ftruncate(fd_, 0) != 0 || pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    const int why = errno;
    close(fd_);
    cannot_lock(path_, why);
  }
}

std::optional<std::string> owner_of_run(const std::string& folder) {
  const int fd = open((folder + "/run.lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return std::nullopt;
  std::optional<std::string> owner;
  if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    owner = owner_of(fd);
  close(fd); // with the lock, where there was one to be had
  return owner;
}

run_lock::~run_lock() {
  if (is_still_there(path_, fd_)) // else the folder was removed, and perhaps made anew by somebody else
    unlink(path_.c_str());
  close(fd_);
}

} // namespace dk
