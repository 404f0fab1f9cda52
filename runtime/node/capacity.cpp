#include "runtime/node/capacity.hpp"

#include "common/handles.hpp"
#include "common/text.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sys/resource.h>
#include <unistd.h>

namespace dk {

namespace {

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t less(std::uint64_t limit, std::uint64_t used) {
  return limit == unlimited ? unlimited : limit - std::min(limit, used);
}

// The number in this file; unlimited when there is none.
std::uint64_t number_in(const std::string& path) {
  std::ifstream in{path};
  std::uint64_t number = 0;
  return in >> number ? number : unlimited;
}

// After a name, in a file of lines "name: number".
std::uint64_t number_of(const std::string& name, const std::string& path) {
  std::ifstream in{path};
  std::string word;
  std::uint64_t number = unlimited;
  while (in >> word)
    if (word == name + ":" && in >> number)
      return number;
  return unlimited;
}

std::string cgroup() {
  std::ifstream in{"/proc/self/cgroup"};
  std::string line;
  while (std::getline(in, line))
    if (line.rfind("0::", 0) == 0)
      return "/sys/fs/cgroup" + line.substr(3) + '/';
  return "/sys/fs/cgroup/";
}

std::uint64_t free_memory() {
  const auto available = number_of("MemAvailable", "/proc/meminfo");
  const auto own = cgroup();
  const auto granted = less(number_in(own + "memory.max"), number_in(own + "memory.current"));
  return std::min(available == unlimited ? unlimited : available * 1024, granted);
}

// The superuser's are not limited, but those of a control group and of the kernel are.
std::uint64_t free_threads() {
  const auto own = cgroup();
  const auto all = std::min(number_in("/proc/sys/kernel/threads-max"), number_in("/proc/sys/kernel/pid_max"));
  auto left = std::min(all, less(number_in(own + "pids.max"), number_in(own + "pids.current")));
  rlimit of_user{};
  if (geteuid() != 0 && getrlimit(RLIMIT_NPROC, &of_user) == 0 && of_user.rlim_cur != RLIM_INFINITY)
    left = std::min<std::uint64_t>(left, of_user.rlim_cur);
  return left;
}

std::string with_unit(std::uint64_t bytes) {
  return with_commas(bytes >> 20U) + " MB";
}

std::string count_of(std::uint64_t number) {
  return number == unlimited ? "any number" : with_commas(number);
}

} // namespace

capacity capacity_now(const port_range& ports, std::size_t running) {
  return {free_memory(), free_handles(), free_threads(), ports.any() ? unlimited : less(ports.size(), running)};
}

std::uint64_t room_in(const capacity& there_is, std::uint64_t bytes_each) {
  return std::min({there_is.memory / std::max<std::uint64_t>(1, bytes_each), there_is.handles,
                   there_is.threads / process_threads, there_is.ports});
}

std::string to_text(const capacity& there_is, std::uint64_t bytes_each, const port_range& ports) {
  auto text = "memory for " + count_of(there_is.memory / std::max<std::uint64_t>(1, bytes_each)) + " (" +
              with_unit(there_is.memory) + ", " + with_unit(bytes_each) + " each), file handles for " +
              count_of(there_is.handles) + ", threads for " +
              count_of(there_is.threads == unlimited ? unlimited : there_is.threads / process_threads);
  if (!ports.any())
    text += ", ports " + to_string(ports) + " for " + count_of(there_is.ports);
  return text;
}

} // namespace dk
