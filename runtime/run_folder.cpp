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

[[noreturn]] void cannot_make(const std::string& path, const std::error_code& why) {
  throw failure{errc::resources,
                "cannot make the run's folder " + path + ": " + why.message() + "; choose another --out"};
}

// Whoever makes a folder has it: of two runs that want the same, one hears that it is there already.
// @return whether it is new
bool make_folder(const std::string& path) {
  std::error_code why;
  const bool is_new = fs::create_directory(path, why);
  if (why)
    cannot_make(path, why);
  return is_new;
}

void make_parents(const fs::path& of) {
  std::error_code why;
  if (of.has_parent_path() && !fs::create_directories(of.parent_path(), why) && why)
    cannot_make(of.string(), why);
}

// Two runs that start in the same second get folders of their own.
std::string make_dated_folder(const std::string& name) {
  const auto base = "runs/" + time_stamp() + "-" + name;
  make_parents(base);
  auto path = base;
  for (int i = 2; !make_folder(path); ++i)
    path = base + "-" + std::to_string(i);
  return path;
}

} // namespace

run_folder make_run_folder(const std::string& wanted, const std::string& name) {
  if (wanted.empty()) {
    run_folder folder{make_dated_folder(name)};
    make_folder(folder.checkpoints());
    return folder;
  }
  run_folder folder{wanted};
  make_parents(folder.checkpoints());
  if (fs::exists(folder.config()) || !make_folder(folder.checkpoints()))
    throw failure{errc::usage,
                  folder.path + " holds a run already; choose another --out, or go on with --resume " + folder.path};
  return folder;
}

run_folder open_run_folder(const std::string& path) {
  run_folder folder{path};
  if (std::error_code ignored; !fs::is_directory(path, ignored))
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
  for (const auto& file : {folder.config(), folder.pipeline(), folder.initial_model(), folder.history(),
                           folder.commits(), folder.validation(), folder.log(), folder.checkpoints()})
    fs::remove(file, ignored);
  for (std::size_t i = 0; fs::remove(folder.initial_model_of(i), ignored); ++i)
    continue;
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
