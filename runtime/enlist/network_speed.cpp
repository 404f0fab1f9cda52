#include "runtime/enlist/network_speed.hpp"

#include "common/text.hpp"

#include <cstdio>

namespace dk {

namespace {

std::string with_one_decimal(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", x);
  return text;
}

} // namespace

std::string slow_network(const std::string& node, std::uint64_t bytes, std::size_t workers,
                         std::chrono::duration<double> took) {
  constexpr std::chrono::duration<double> short_enough{1};
  if (took < short_enough)
    return "";
  const auto megabytes = static_cast<double>(bytes) / 1e6;
  const auto rate = megabytes * static_cast<double>(workers) / took.count();
  return "node " + node + ": the network carries " + with_one_decimal(rate) + " MB/s; an exchange (" +
         with_one_decimal(megabytes) + " MB there and back) takes about " + with_one_decimal(2 * took.count()) +
         " s while " + counted(workers, "worker does", "workers do") +
         " so; exchange less often (trainer.communication_window) or in fewer bytes (trainer.compress)";
}

} // namespace dk
