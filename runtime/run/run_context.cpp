#include "runtime/run/run_context.hpp"

#include "common/log.hpp"

#include <algorithm>

namespace dk {

void run_context::tell(const std::string& text) const {
  log()->info(text);
  if (options.notice)
    options.notice(text);
}

std::chrono::milliseconds run_context::between_centers() const {
  constexpr std::chrono::milliseconds least{1000};
  constexpr std::chrono::milliseconds most{120'000};
  constexpr std::size_t bytes_per_millisecond = 40;
  if (!serves_on_nodes(which))
    return least;
  const auto bytes = split.num_free() * sizeof(float);
  return std::clamp(std::chrono::milliseconds{bytes / bytes_per_millisecond}, least, most);
}

} // namespace dk
