#include "common/handles.hpp"

#include <filesystem>
#include <limits>
#include <sys/resource.h>
#include <system_error>

namespace dk {

std::size_t most_handles() {
  rlimit most{};
  const bool none = getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur == RLIM_INFINITY;
  return none ? std::numeric_limits<std::size_t>::max() : most.rlim_cur;
}

std::size_t free_handles() {
  std::error_code why;
  std::size_t open = 0;
  for (std::filesystem::directory_iterator handles{"/proc/self/fd", why}; !why && handles != decltype(handles){};
       handles.increment(why))
    ++open;
  constexpr std::size_t spare = 3; // a look at the folder takes one, a connection two while it is made
  const auto most = most_handles();
  const bool cannot_look = why == std::errc::too_many_files_open;
  return cannot_look || open + spare > most ? 0 : most - open - spare + 1;
}

void raise_handles() {
  rlimit most{};
  if (getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur == most.rlim_max)
    return;
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
}

} // namespace dk
