#include "data/formats/file.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace dk::data {

open_file open_data(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code why;
  const auto status = fs::status(path, why);
  if (status.type() == fs::file_type::not_found)
    throw failure{errc::data, path + ": no such file; check the path, or fetch the data first"};
  if (fs::is_directory(status))
    throw failure{errc::data, path + ": is a folder; name a file in it"};
  if (!fs::is_regular_file(status))
    throw failure{errc::data, path + ": is not a regular file" + (why ? " (" + why.message() + ')' : "")};
  const auto size = fs::file_size(path, why);
  if (why)
    throw failure{errc::data, path + ": cannot tell its size (" + why.message() + ')'};
  if (size == 0)
    throw failure{errc::data, path + ": the file is empty; fetch it again"};
  errno = 0;
  open_file file{std::ifstream{path, std::ios::binary}, size};
  if (!file.stream)
    throw failure{errc::data, path + ": cannot be opened (" + std::strerror(errno) + ')'};
  return file;
}

void read_bytes(open_file& file, const std::string& path, void* to, std::uint64_t count) {
  file.stream.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
  if (file.stream.gcount() != static_cast<std::streamsize>(count))
    throw failure{errc::data, path + ": reading stopped early; the file changed or the disk failed"};
}

std::string read_text(const std::string& path) {
  auto file = open_data(path);
  std::string text(file.size, '\0');
  read_bytes(file, path, text.data(), file.size);
  return text;
}

} // namespace dk::data
