#include "runtime/run_folder.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace dk {

namespace fs = std::filesystem;

namespace {

std::string time_stamp() {
  const auto now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &local);
  return text;
}

// Two runs that start in the same second get folders of their own.
std::string free_name(const std::string& base) {
  auto name = base;
  for (int i = 2; fs::exists(name); ++i)
    name = base + "-" + std::to_string(i);
  return name;
}

} // namespace

run_folder make_run_folder(const std::string& wanted, const std::string& name) {
  const run_folder folder{wanted.empty() ? free_name("runs/" + time_stamp() + "-" + name) : wanted};
  if (fs::exists(folder.config()))
    throw failure{errc::usage,
                  folder.path + " holds a run already; choose another --out, or go on with --resume " + folder.path};
  std::error_code why;
  fs::create_directories(folder.checkpoints(), why);
  if (why)
    throw failure{errc::resources,
                  "cannot make the run's folder " + folder.path + ": " + why.message() + "; choose another --out"};
  return folder;
}

run_folder open_run_folder(const std::string& path) {
  const run_folder folder{path};
  if (!fs::is_directory(path))
    throw failure{errc::checkpoint, path + ": no such folder; name a run's folder"};
  if (!fs::exists(folder.config()))
    throw failure{errc::checkpoint, path + " is not a run's folder: it has no config.resolved.toml; name one that has"};
  return folder;
}

void discard_unused(const run_folder& folder) {
  std::error_code ignored;
  const bool trained = fs::exists(folder.history(), ignored) && fs::file_size(folder.history(), ignored) > 0;
  if (trained || (fs::exists(folder.checkpoints(), ignored) && !fs::is_empty(folder.checkpoints(), ignored)))
    return;
  for (const auto& file : {folder.config(), folder.initial_model(), folder.history(), folder.commits(), folder.log(),
                           folder.checkpoints()})
    fs::remove(file, ignored);
  fs::remove(folder.path, ignored);
}

void write_text(const std::string& path, const std::string& text) {
  const auto draft = path + ".tmp";
  {
    std::ofstream out{draft, std::ios::binary};
    out << text;
    out.flush();
    if (!out)
      throw failure{errc::resources, "cannot write " + draft + ": " + std::strerror(errno)};
  }
  std::error_code why;
  fs::rename(draft, path, why);
  if (why)
    throw failure{errc::resources, "cannot write " + path + ": " + why.message()};
}

} // namespace dk
