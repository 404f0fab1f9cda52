#include "common/replace_file.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace dk {

file_draft::file_draft(std::string path)
    : path_(std::move(path)), name_(path_ + "." + std::to_string(getpid()) + ".part") {}

file_draft::~file_draft() {
  std::error_code ignored; // it may never have been written
  if (!name_.empty())
    std::filesystem::remove(name_, ignored);
}

void file_draft::keep() {
  std::error_code why;
  std::filesystem::rename(name_, path_, why);
  if (why)
    throw failure{errc::resources, path_ + ": cannot be put in its place: " + why.message()};
  name_.clear();
}

void replace_file(const std::string& path, const std::function<void(const std::string& draft)>& write) {
  file_draft draft{path};
  try {
    write(draft.name());
  } catch (const std::exception& why) {
    throw failure{errc::resources, path + ": " + why.what()};
  }
  draft.keep();
}

void replace_file(const std::string& path, const std::string& bytes) {
  replace_file(path, [&](const std::string& draft) {
    std::ofstream out{draft, std::ios::binary};
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out)
      throw failure{errc::resources, "cannot be written: " + std::string{std::strerror(errno)}};
  });
}

} // namespace dk
