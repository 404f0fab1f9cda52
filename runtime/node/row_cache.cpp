#include "runtime/node/row_cache.hpp"

#include "common/content_name.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dk {

namespace fs = std::filesystem;

namespace {

constexpr auto part_ending = ".part";

[[noreturn]] void fail_at(const std::string& path, const char* what) {
  throw failure{errc::resources, path + ": " + what + ": " + std::strerror(errno) +
                                     "; free some room there, or start dk_node with another --cache"};
}

// Opens and locks a file. @return null when another process has it locked
std::shared_ptr<file_lock> locked(const std::string& path, int flags, int how) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return nullptr;
  auto lock = std::make_shared<file_lock>(descriptor);
  return ::flock(descriptor, how | LOCK_NB) == 0 ? lock : nullptr;
}

std::uint64_t size_of(int descriptor) {
  struct stat facts {};
  return ::fstat(descriptor, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

bool remove_if_unused(const std::string& path) {
  const auto mine = locked(path, O_RDONLY, LOCK_EX);
  return mine && ::unlink(path.c_str()) == 0;
}

} // namespace

file_lock::~file_lock() {
  ::close(descriptor_);
}

// Its paths go to other processes.
row_cache::row_cache(const std::string& folder, std::uint64_t bytes)
    : folder_(fs::absolute(folder).lexically_normal().string()), limit_(bytes) {}

std::string row_cache::path_of(const std::string& name) const {
  return folder_ + '/' + name;
}

std::shared_ptr<file_lock> row_cache::open(const std::string& name) const {
  if (!is_content_name(name))
    throw failure{errc::data, "rows are wanted by a name that is none"};
  const int descriptor = ::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw failure{errc::data, "rows " + name + " are not in the cache in " + folder_ + "; run again"};
  return std::make_shared<file_lock>(descriptor);
}

row_cache::room row_cache::room_for(const std::vector<std::string>& names) const {
  std::map<std::string, std::uint32_t> places;
  for (const auto& name : names) {
    if (!is_content_name(name))
      throw failure{errc::data, "a driver asks for rows by a name that is none"};
    places.emplace(name, static_cast<std::uint32_t>(places.size()));
  }
  room it{limit_, limit_, {}};
  for (const auto& one : entries()) {
    const auto asked = places.find(one.name.substr(0, one.name.find('.')));
    if (asked != places.end() && asked->first == one.name)
      it.there.push_back(asked->second);
    else if (asked == places.end() && !locked(path_of(one.name), O_RDONLY, LOCK_EX))
      it.bytes -= std::min(it.bytes, taken_by(one));
  }
  std::sort(it.there.begin(), it.there.end());
  return it;
}

row_cache::standing row_cache::look_for(const std::string& name, std::uint64_t bytes,
                                        std::shared_ptr<file_lock>& held) {
  if (!is_content_name(name))
    throw failure{errc::data, "a driver asks for rows by a name that is none"};
  const auto path = path_of(name);
  if (auto whole = locked(path, O_RDONLY, LOCK_SH); whole) {
    if (size_of(whole->descriptor()) == bytes && content_name_of(path) == name) {
      ::futimens(whole->descriptor(), nullptr); // used now
      if (is_receiving(name)) {                 // a process of this host has made the file meanwhile
        ::unlink(part_of(name).c_str());
        give_up(name);
      }
      held = std::move(whole);
      return {bytes, true, false};
    }
    log()->warn("{}: its bytes have changed; it is fetched again", path);
    ::unlink(path.c_str());
  }
  prepare();
  auto part = locked(part_of(name), O_RDWR | O_CREAT, LOCK_EX);
  if (!part && errno == EWOULDBLOCK)
    return {0, false, true};
  if (!part)
    fail_at(part_of(name), "cannot be opened");
  auto there = size_of(part->descriptor());
  if (there >= bytes) { // its last byte came, but not its name: nobody has checked it
    there = 0;
    if (::ftruncate(part->descriptor(), 0) != 0)
      fail_at(part_of(name), "cannot be emptied");
  }
  make_room(bytes, name + part_ending);
  receiving_.push_back({name, bytes, std::move(part)});
  return {there, false, false};
}

row_cache::standing row_cache::add(const std::string& name, std::uint64_t bytes, std::uint64_t first,
                                   const std::vector<char>& some, std::shared_ptr<file_lock>& held) {
  const auto mine =
      std::find_if(receiving_.begin(), receiving_.end(), [&](const auto& one) { return one.name == name; });
  if (mine == receiving_.end())
    throw failure{errc::data, "rows come that nobody has asked for"};
  const auto part = mine->part;
  auto there = size_of(part->descriptor());
  if (first == there && there <= bytes && some.size() <= bytes - there) {
    for (std::size_t done = 0; done < some.size();) {
      const auto now =
          ::pwrite(part->descriptor(), some.data() + done, some.size() - done, static_cast<off_t>(there + done));
      if (now < 0 && errno == EINTR)
        continue;
      if (now <= 0)
        fail_at(part_of(name), "cannot be written");
      done += static_cast<std::size_t>(now);
    }
    there += some.size();
  }
  if (there < bytes)
    return {there, false, false};
  receiving_.erase(mine);
  if (content_name_of(part_of(name)) != name) {
    ::unlink(part_of(name).c_str());
    throw failure{errc::data, part_of(name) + ": other bytes than those that were sent; run again"};
  }
  if (::rename(part_of(name).c_str(), path_of(name).c_str()) != 0)
    fail_at(path_of(name), "cannot be named");
  ::flock(part->descriptor(), LOCK_SH);
  held = part;
  return {bytes, true, false};
}

bool row_cache::is_receiving(const std::string& name) const {
  return std::any_of(receiving_.begin(), receiving_.end(), [&](const auto& one) { return one.name == name; });
}

std::uint64_t row_cache::taken_by(const entry& one) const {
  for (const auto& coming : receiving_)
    if (one.name == coming.name + part_ending)
      return std::max(one.bytes, coming.bytes);
  return one.bytes;
}

void row_cache::give_up(const std::string& name) {
  receiving_.erase(
      std::remove_if(receiving_.begin(), receiving_.end(), [&](const auto& one) { return one.name == name; }),
      receiving_.end());
}

void row_cache::make_room(std::uint64_t bytes, const std::string& besides) const {
  auto all = entries();
  std::sort(all.begin(), all.end(), [](const entry& a, const entry& b) { return a.used < b.used; });
  std::uint64_t taken = bytes;
  for (const auto& one : all)
    taken += one.name == besides ? 0 : taken_by(one);
  for (const auto& one : all)
    if (taken > limit_ && one.name != besides && remove_if_unused(path_of(one.name)))
      taken -= one.bytes;
  if (taken > limit_)
    throw failure{errc::resources, "the rows take " + with_commas(bytes) + " bytes, and the cache in " + folder_ +
                                       " has room for " + with_commas(limit_ - std::min(limit_, taken - bytes)) +
                                       "; start dk_node with a larger --cache-size"};
}

std::vector<row_cache::entry> row_cache::entries() const {
  std::vector<entry> all;
  std::error_code why;
  for (fs::directory_iterator files{folder_, why}; !why && files != decltype(files){}; files.increment(why)) {
    const auto name = files->path().filename().string();
    struct stat facts {};
    if (is_content_name(name.substr(0, name.find('.'))) && ::stat(files->path().c_str(), &facts) == 0)
      all.push_back({name, static_cast<std::uint64_t>(facts.st_size), facts.st_mtim.tv_sec});
  }
  std::sort(all.begin(), all.end(), [](const entry& a, const entry& b) { return a.name < b.name; });
  return all;
}

row_cache::cleared row_cache::clear() const {
  cleared done;
  for (const auto& one : entries())
    if (remove_if_unused(path_of(one.name)))
      done.bytes += one.bytes;
    else
      done.in_use.push_back(one);
  return done;
}

void row_cache::prepare() const {
  std::error_code why;
  fs::create_directories(folder_, why);
  if (!why && ::access(folder_.c_str(), W_OK | X_OK) != 0)
    why = {errno, std::generic_category()};
  if (why)
    throw failure{errc::resources,
                  folder_ + ": takes no files: " + why.message() + "; start dk_node with another --cache"};
}

std::string usual_cache_folder() {
  const auto value = [](const char* name) {
    const auto* const text = std::getenv(name);
    return std::string{text == nullptr ? "" : text};
  };
  if (const auto caches = value("XDG_CACHE_HOME"); !caches.empty())
    return caches + "/dk";
  if (const auto home = value("HOME"); !home.empty())
    return home + "/.cache/dk";
  return "/var/tmp/dk-cache-" + std::to_string(::getuid());
}

} // namespace dk
