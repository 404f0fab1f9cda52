#include "common/replace_file.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace dk {

void replace_file(const std::string& path, const std::function<void(const std::string& draft)>& write) {
  const auto draft = path + "." + std::to_string(getpid()) + ".part";
  try {
    write(draft);
    std::filesystem::rename(draft, path);
  } catch (const std::exception& why) {
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
    throw failure{errc::resources, path + ": " + why.what()};
  }
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
