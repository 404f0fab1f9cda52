#include "common/mapped_file.hpp"

#include "common/error.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dk {

namespace {

/// What is mapped, or was: an entry is used again, and never freed, as the signal's handler may be looking at it.
struct mapping {
  std::atomic<std::uintptr_t> first{0}; ///< 0: free
  std::atomic<std::uintptr_t> last{0};
  std::atomic<bool> is_cut{false};
  mapping* next = nullptr;

  bool is_told = false; ///< somebody knows that it was cut
  std::string path;
  dev_t device{};
  ino_t inode{};
};

std::atomic<mapping*> all_mappings{nullptr};
std::mutex mappings_mutex; // for what the handler does not read
std::string cut_before;    // a file that was let go before anybody was told

bool holds(const mapping& one, std::uintptr_t at) {
  const auto first = one.first.load();
  return first != 0 && at >= first && at < one.last.load();
}

// Puts zeros where the file has nothing more. Only system calls, and numbers that are atomic.
bool fill_with_zeros(std::uintptr_t at) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (auto* one = all_mappings.load(); one != nullptr; one = one->next) {
    const auto last = one->last.load();
    if (!holds(*one, at))
      continue;
    one->is_cut = true;
    const auto from = at - at % page;
    return ::mmap(reinterpret_cast<void*>(from), last - from, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                  0) != MAP_FAILED;
  }
  return false;
}

void on_missing_bytes(int, siginfo_t* about, void*) {
  const auto before = errno;
  if (!fill_with_zeros(reinterpret_cast<std::uintptr_t>(about->si_addr)))
    std::signal(SIGBUS, SIG_DFL); // it comes again, and ends the program as ever
  errno = before;
}

void install_handler() {
  static const bool once = [] {
    struct sigaction action {};
    action.sa_sigaction = on_missing_bytes;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    return ::sigaction(SIGBUS, &action, nullptr) == 0;
  }();
  static_cast<void>(once);
}

mapping& free_mapping() {
  for (auto* one = all_mappings.load(); one != nullptr; one = one->next)
    if (one->first == 0)
      return *one;
  auto* const added = new mapping; // never freed, see above
  added->next = all_mappings;
  all_mappings = added;
  return *added;
}

bool was_cut(const mapping& one) {
  struct stat now {};
  const bool same = ::stat(one.path.c_str(), &now) == 0 && now.st_dev == one.device && now.st_ino == one.inode;
  return one.is_cut || (same && static_cast<std::uintptr_t>(now.st_size) < one.last - one.first);
}

void let_go(mapping& one, std::size_t size) {
  const std::lock_guard<std::mutex> lock{mappings_mutex};
  if (!one.is_told && was_cut(one))
    cut_before = one.path;
  auto* const at = reinterpret_cast<void*>(one.first.exchange(0));
  ::munmap(at, size);
}

} // namespace

std::shared_ptr<const std::byte> map_file(int descriptor, std::size_t size, const std::string& path) {
  install_handler();
  struct stat about {};
  if (::fstat(descriptor, &about) != 0)
    return nullptr;
  auto* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED)
    return nullptr;
  const std::lock_guard<std::mutex> lock{mappings_mutex};
  auto& made = free_mapping();
  made.path = path;
  made.device = about.st_dev;
  made.inode = about.st_ino;
  made.is_cut = false;
  made.is_told = false;
  made.last = reinterpret_cast<std::uintptr_t>(at) + size;
  made.first = reinterpret_cast<std::uintptr_t>(at);
  return {static_cast<const std::byte*>(at), [&made, size](const std::byte*) { let_go(made, size); }};
}

namespace {

[[noreturn]] void refuse_cut(const std::string& path) {
  throw failure{errc::data, path + ": was cut short while it was in use; prepare the data again; a run that has "
                                   "begun can be resumed (`--resume`)"};
}

[[noreturn]] void refuse_cut(mapping& one) {
  one.is_told = true;
  refuse_cut(one.path);
}

} // namespace

void check_mapped_files() {
  if (all_mappings.load() == nullptr)
    return;
  const std::lock_guard<std::mutex> lock{mappings_mutex};
  if (const auto cut = std::exchange(cut_before, {}); !cut.empty())
    refuse_cut(cut);
  for (auto* one = all_mappings.load(); one != nullptr; one = one->next)
    if (one->first != 0 && was_cut(*one))
      refuse_cut(*one);
}

void check_mapped_file(const std::byte* in) {
  const std::lock_guard<std::mutex> lock{mappings_mutex};
  const auto at = reinterpret_cast<std::uintptr_t>(in);
  for (auto* one = all_mappings.load(); one != nullptr; one = one->next)
    if (holds(*one, at) && was_cut(*one))
      refuse_cut(*one);
}

} // namespace dk
