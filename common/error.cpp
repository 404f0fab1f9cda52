#include "common/error.hpp"

#include <array>

namespace dk {

namespace {

struct code_entry {
  std::string_view name;
  int status;
};

// In the order of errc, which starts at 1.
constexpr std::array<code_entry, 14> entries{{
    {"E_INTERNAL", 1},
    {"E_USAGE", 2},
    {"E_CONFIG", 2},
    {"E_SHAPE", 2},
    {"E_DATA", 3},
    {"E_MODEL", 4},
    {"E_CKPT", 4},
    {"E_BIND", 5},
    {"E_CONNECT", 5},
    {"E_VERSION", 7},
    {"E_NODES", 8},
    {"E_DIVERGED", 9},
    {"E_RESOURCES", 10},
    {"E_CANCELLED", 11},
}};

const code_entry& entry(errc code) {
  const auto index = static_cast<std::size_t>(code) - 1; // an unknown number, say from the network, wraps or overshoots
  return index < entries.size() ? entries[index] : entries.front();
}

} // namespace

std::string_view code_name(errc code) {
  return entry(code).name;
}

int exit_status(errc code) {
  return entry(code).status;
}

std::string to_line(const failure& why) {
  std::string line = std::string{code_name(why.code())} + ' ' + why.what();
  for (auto& c : line)
    if (c == '\n' || c == '\r')
      c = ' ';
  return line;
}

} // namespace dk
