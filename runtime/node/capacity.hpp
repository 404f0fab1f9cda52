#pragma once

#include "common/port_range.hpp"

#include <cstdint>
#include <string>

namespace dk {

/// What this host has left for processes of a node, now.
struct capacity {
  std::uint64_t memory = 0;  ///< bytes
  std::uint64_t handles = 0; ///< of files, for the node itself
  std::uint64_t threads = 0; ///< of this user
  std::uint64_t ports = 0;   ///< of the node's range
};

/// @param ports of the node @param running processes that have one of them
capacity capacity_now(const port_range& ports, std::size_t running);

/// What a process takes before it has a model, a little more than was measured.
constexpr std::uint64_t process_bytes = std::uint64_t{10} << 20U;
constexpr std::uint64_t process_threads = 6;

/// How many processes there is room for. @param bytes_each that one takes
std::uint64_t room_in(const capacity& there_is, std::uint64_t bytes_each);

/// What there is for how many: "memory for 812 (21,483 MB, 26 MB each), file handles for 1,003, ..."
std::string to_text(const capacity& there_is, std::uint64_t bytes_each, const port_range& ports);

} // namespace dk
