#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dk {

/// Where a program listens.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;
};

bool operator==(const endpoint& a, const endpoint& b);

/// "host:7077" or "[::1]:7077". @param lowest_port 0 where "any free port" makes sense @throws failure (config)
endpoint parse_endpoint(std::string_view text, std::uint16_t lowest_port = 1);

/// The text that parse_endpoint reads.
std::string to_string(const endpoint& where);

/// Whether only this host reaches it.
bool is_loopback(const endpoint& where);

} // namespace dk
