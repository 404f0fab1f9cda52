#include "data/formats/bytes/file.hpp"

#include "common/buffer_pool.hpp"
#include "common/parallel.hpp"
#include "data/formats/bytes/unpack.hpp"
#include "data/formats/descriptor.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <glob.h>
#include <system_error>

namespace dk::data {

namespace {

constexpr std::size_t padding = 64;

file_content read_first(const std::string& path, std::size_t size) {
  const descriptor file{path};
  const auto bytes = pooled_bytes(size + padding);
  over_ranges(size, 4U << 20U, [&](std::size_t first, std::size_t last) { file.read(bytes.get(), first, last); });
  std::memset(bytes.get() + size, 0, padding);
  return {bytes, size};
}

} // namespace

std::size_t size_of_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code why;
  const auto status = fs::status(path, why);
  if (status.type() == fs::file_type::not_found)
    throw failure{errc::data, path + ": no such file; check the path, or fetch the data first"};
  if (fs::is_directory(status))
    throw failure{errc::data, path + ": is a folder; name a file in it"};
  if (why)
    throw failure{errc::data, path + ": cannot be opened (" + why.message() + "); check the path"};
  if (!fs::is_regular_file(status))
    throw failure{errc::data, path + ": is a pipe or a device, expected a file, which is read more than once; save it "
                                     "as one, or pipe rows that are to be predicted into `dk_driver predict "
                                     "--data -`"};
  const auto size = fs::file_size(path, why);
  if (why)
    throw failure{errc::data, path + ": cannot tell its size (" + why.message() + ')'};
  if (size == 0)
    throw failure{errc::data, path + ": the file is empty; fetch it again"};
  return size;
}

file_content file_content::of(std::string_view text, std::size_t lines_before) {
  const auto bytes = pooled_bytes(text.size() + padding);
  if (!text.empty())
    std::memcpy(bytes.get(), text.data(), text.size());
  std::memset(bytes.get() + text.size(), 0, padding);
  return {bytes, text.size(), lines_before};
}

file_content load_file(const std::string& path) {
  auto content = read_first(path, size_of_file(path));
  const auto how = packing_of(content.text());
  return how == packing::none ? content : file_content::of(unpacked(content.text(), how, path));
}

std::string start_of(const std::string& path, std::size_t most) {
  constexpr std::size_t enough = std::size_t{256} << 10U; // of packed bytes
  const auto content = read_first(path, std::min(size_of_file(path), enough));
  return unpacked(content.text(), packing_of(content.text()), path, most).substr(0, most);
}

std::vector<std::string> files_of(const std::string& path) {
  std::error_code ignored;
  if (path.find_first_of("*?[") == std::string::npos || std::filesystem::exists(path, ignored))
    return {path};
  glob_t found{};
  const auto state = ::glob(path.c_str(), 0, nullptr, &found);
  std::vector<std::string> files{found.gl_pathv, found.gl_pathv + (state == 0 ? found.gl_pathc : 0)};
  globfree(&found);
  if (files.empty())
    throw failure{errc::data, path + ": no file matches; check the path"};
  return files;
}

} // namespace dk::data
