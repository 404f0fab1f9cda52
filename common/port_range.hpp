#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dk {

/// Ports that a program may listen on: from `first` to `last`; 0 to 0: any that is free.
struct port_range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  bool any() const { return first == 0; }
  std::size_t size() const { return std::size_t{last} - first + 1; }
};

/// "7100-7199", or one port, "7100". @throws failure (config)
port_range parse_ports(std::string_view text);

/// The text that parse_ports reads.
std::string to_string(const port_range& ports);

} // namespace dk
