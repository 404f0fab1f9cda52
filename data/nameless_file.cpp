#include "data/nameless_file.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace dk::data {

std::string scratch_folder(const std::string& wanted) {
  if (!wanted.empty())
    return wanted;
  const auto* const temporary = std::getenv("TMPDIR");
  return temporary != nullptr && *temporary != 0 ? temporary : "/var/tmp";
}

void fail_in(const std::string& folder, const char* what) {
  throw failure{errc::resources, folder + ": " + what + " (" + std::strerror(errno) +
                                     "); free some room there, or name another folder as `data.cache_folder`"};
}

int nameless_file(const std::string& folder) {
  auto number = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (number >= 0)
    return number;
  auto path = folder + "/dk-rows-XXXXXX"; // where the file system has no files without names
  number = ::mkostemp(path.data(), O_CLOEXEC);
  if (number < 0)
    fail_in(folder, "a file for the rows cannot be made");
  ::unlink(path.c_str());
  return number;
}

void write_all(int descriptor, const char* bytes, std::size_t size, const std::string& folder) {
  while (size > 0) {
    const auto done = ::write(descriptor, bytes, size);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      fail_in(folder, "the rows cannot be written there");
    bytes += done;
    size -= static_cast<std::size_t>(done);
  }
}

} // namespace dk::data
