#include "runtime/record/log_file.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dk {

namespace {

constexpr std::size_t most_pending = 64U << 10U; // bytes, before they are given to the system

// A run that was killed may have left half a line; what comes next would be glued to it.
void cut_torn_line(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return;
  std::uintmax_t whole = 0;
  std::uintmax_t size = 0;
  for (std::string line; std::getline(file, line);) {
    size += line.size() + (file.eof() ? 0 : 1);
    if (!file.eof())
      whole = size;
  }
  std::error_code why;
  if (whole != size)
    std::filesystem::resize_file(path, whole, why);
  if (why)
    throw failure{errc::resources, "cannot write " + path + ": " + why.message()};
}

} // namespace

log_file::log_file(const std::string& path) : path_(path) {
  cut_torn_line(path);
  fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0)
    cannot_write(std::strerror(errno));
}

log_file::~log_file() {
  if (fd_ < 0)
    return;
  try {
    flush();
  } catch (const failure&) { // whoever needed these lines has asked for them before
  }
  close(fd_);
}

log_file::log_file(log_file&& other) noexcept
    : path_(std::move(other.path_)), pending_(std::move(other.pending_)), fd_(std::exchange(other.fd_, -1)) {}

log_file& log_file::operator=(log_file&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(pending_, other.pending_);
  std::swap(fd_, other.fd_);
  return *this;
}

void log_file::cannot_write(const std::string& why) const {
  throw failure{errc::resources, "cannot write the run's log " + path_ + ": " + why};
}

void log_file::write(std::string_view lines) {
  if (fd_ < 0)
    return;
  pending_ += lines;
  if (pending_.size() >= most_pending)
    flush();
}

void log_file::flush() {
  for (std::size_t at = 0; at < pending_.size();) {
    const auto n = ::write(fd_, pending_.data() + at, pending_.size() - at);
    const int why = errno; // before anything else can change it
    if (n < 0 && why == EINTR)
      continue;
    if (n < 0) {
      pending_.erase(0, at); // what is in the file already is not written again
      cannot_write(std::strerror(why));
    }
    at += static_cast<std::size_t>(n);
  }
  pending_.clear();
}

void log_file::sync() {
  if (fd_ < 0)
    return;
  flush();
  if (fsync(fd_) != 0)
    cannot_write(std::strerror(errno));
  struct stat now {};
  if (fstat(fd_, &now) != 0 || now.st_nlink == 0)
    cannot_write("it was removed during the run; leave a run's folder alone until the run ends");
}

} // namespace dk
