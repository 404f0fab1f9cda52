#include "common/small_file.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dk {

namespace {

constexpr int pipe_patience = 10'000; // milliseconds

/// A file that is open for reading, and never waited for when it is opened.
class open_file {
public:
  explicit open_file(const std::string& path) : number(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (number >= 0)
      ::close(number);
  }

  const int number;
};

[[noreturn]] void refuse_file(const std::string& path, const std::string& why) {
  throw failure{errc::config, path + ": " + why};
}

std::string why_not_open(const std::string& what) {
  if (errno == ENOENT || errno == ENOTDIR)
    return "no such " + what + "; check the path";
  if (errno == EACCES)
    return "cannot be opened; check who may read it";
  return std::string{"cannot be opened ("} + std::strerror(errno) + "); check the path";
}

void check_kind(const std::string& path, const struct stat& about, std::size_t most, const std::string& what) {
  if (S_ISDIR(about.st_mode))
    refuse_file(path, "is a folder; name the " + what + " in it");
  if (!S_ISREG(about.st_mode) && !S_ISFIFO(about.st_mode))
    refuse_file(path, "is a device or a socket, expected a file; name the " + what);
  if (S_ISREG(about.st_mode) && static_cast<std::size_t>(about.st_size) > most)
    refuse_file(path, "has " + std::to_string(about.st_size) + " bytes, more than any " + what + "; check the path");
}

// A pipe whose writer is slow; one that nobody writes to is at its end.
void wait_for(const std::string& path, int number) {
  pollfd one{number, POLLIN, 0};
  if (::poll(&one, 1, pipe_patience) == 0)
    refuse_file(path, "is a pipe that brought nothing in 10 seconds; write to it, or name a file");
}

} // namespace

std::string read_small_file(const std::string& path, std::size_t most, const std::string& what) {
  const open_file file{path};
  if (file.number < 0)
    refuse_file(path, why_not_open(what));
  struct stat about {};
  ::fstat(file.number, &about);
  check_kind(path, about, most, what);
  std::string text;
  constexpr std::size_t step = std::size_t{1} << 16U;
  for (;;) {
    if (S_ISFIFO(about.st_mode))
      wait_for(path, file.number);
    const auto before = text.size();
    text.resize(before + step);
    const auto got = ::read(file.number, text.data() + before, step);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0)
      return text;
    if (got < 0 && errno != EINTR && errno != EAGAIN)
      refuse_file(path, std::string{"cannot be read ("} + std::strerror(errno) + ')');
    if (text.size() > most)
      refuse_file(path, "brings more than " + std::to_string(most) + " bytes, more than any " + what);
  }
}

} // namespace dk
