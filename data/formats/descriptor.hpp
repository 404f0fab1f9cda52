#pragma once

#include "common/error.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace dk::data {

/// A file that is open for reading, closed at the end.
class descriptor {
public:
  /// @throws failure (data)
  explicit descriptor(const std::string& path) : path_(path), number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0)
      throw failure{errc::data, path + ": cannot be opened (" + std::strerror(errno) + ')'};
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { ::close(number_); }

  /// Reads [first, last) of the file to the same places from `to` on. @throws failure (data) when it ends before
  void read(std::byte* to, std::size_t first, std::size_t last) const {
    while (first < last) {
      const auto got = ::pread(number_, to + first, last - first, static_cast<off_t>(first));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        throw failure{errc::data, path_ + ": reading stopped early; the file changed or the disk failed"};
      first += static_cast<std::size_t>(got);
    }
  }

private:
  std::string path_;
  int number_;
};

/// @throws failure (data) unless it is a file, and holds something
std::size_t size_of_file(const std::string& path);

} // namespace dk::data
