#include "runtime/record/run_folder.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "runtime/record/run_lock.hpp"

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
  throw request_failure{errc::resources, "cannot make the run's folder " + path + ": " + why.message() +
                                             "; choose another " + request_member("out")};
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

// Killed before its first checkpoint: nothing of it can be gone on with, or used.
bool is_unstarted(const run_folder& folder) {
  std::error_code ignored;
  return fs::exists(folder.config(), ignored) && !has_checkpoint(folder, 0) && !fs::exists(folder.model(), ignored) &&
         !fs::exists(folder.result(), ignored);
}

bool holds_run(const run_folder& folder) {
  std::error_code ignored;
  const bool has_checkpoints =
      fs::is_directory(folder.checkpoints(), ignored) && !fs::is_empty(folder.checkpoints(), ignored);
  return !is_unstarted(folder) && (has_checkpoints || fs::exists(folder.config(), ignored));
}

[[noreturn]] void refuse_held(const std::string& path) {
  throw request_failure{errc::usage, path + " holds a run already; choose another " + request_member("out") +
                                         ", or go on with " + request_member("resume") + " " + path};
}

// All that a run writes before it has a model.
void remove_beginnings(const run_folder& folder) {
  std::error_code ignored;
  fs::remove_all(folder.checkpoints(), ignored);
  fs::remove_all(folder.tensorboard(), ignored);
  for (const auto& file : {folder.config(), folder.pipeline(), folder.initial_model(), folder.history(),
                           folder.commits(), folder.validation(), folder.log()})
    fs::remove(file, ignored);
  for (std::size_t i = 0; fs::remove(folder.initial_model_of(i), ignored); ++i)
    continue;
}

} // namespace

// Two runs that start in the same second get folders of their own.
std::string make_dated_folder(const std::string& name) {
  const auto base = "runs/" + time_stamp() + "-" + name;
  make_parents(base);
  auto path = base;
  for (int i = 2; !make_folder(path); ++i)
    path = base + "-" + std::to_string(i);
  return path;
}

run_folder make_run_folder(const std::string& wanted, const std::string& name) {
  run_folder folder{wanted};
  if (wanted.empty())
    folder.path = make_dated_folder(name);
  else
    make_parents(folder.checkpoints());
  own(folder);
  if (is_unstarted(folder))
    remove_beginnings(folder);
  if (holds_run(folder))
    refuse_held(folder.path);
  make_folder(folder.checkpoints());
  return folder;
}

void require_free(const std::string& wanted) {
  if (!holds_run({wanted}))
    return;
  const run_lock nobody_trains_in_it{wanted};
  refuse_held(wanted);
}

bool has_checkpoint(const run_folder& folder, int least) {
  std::error_code ignored;
  for (const auto& file : fs::recursive_directory_iterator{folder.checkpoints(), ignored}) {
    const auto version = file.path().stem().string();
    if (file.path().extension() != ".tmp" && file.is_regular_file(ignored) &&
        (least == 0 || version.find_first_not_of('0') != std::string::npos))
      return true;
  }
  return false;
}

void own(run_folder& folder) {
  if (!folder.owner)
    folder.owner = std::make_shared<run_lock>(folder.path);
}

run_folder open_run_folder(const std::string& path) {
  run_folder folder{path};
  std::error_code unreachable; // a loop of links, say
  if (!fs::is_directory(path, unreachable))
    throw failure{errc::checkpoint,
                  path + (fs::exists(fs::symlink_status(path, unreachable)) ? ": is no folder" : ": no such folder") +
                      "; name a run's folder"};
  if (!fs::exists(folder.config(), unreachable))
    throw failure{errc::checkpoint, path + " is not a run's folder: it has no config.resolved.toml; name one that has"};
  return folder;
}

void discard_unused(const run_folder& folder) {
  std::error_code ignored;
  const bool trained = fs::exists(folder.history(), ignored) && fs::file_size(folder.history(), ignored) > 0;
  if (trained || has_checkpoint(folder, 1))
    return;
  remove_beginnings(folder);
  fs::remove(folder.path + "/run.lock", ignored);
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
