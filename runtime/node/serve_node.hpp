#pragma once

#include "common/endpoint.hpp"
#include "common/port_range.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dk {

struct node_options {
  endpoint listen;
  std::optional<endpoint> join; ///< another node, which names this one to drivers
  std::string advertise;        ///< the host by which others reach this node; empty: as it reaches them
  port_range ports;             ///< of its processes
  std::uint32_t workers = 1;    ///< processes at most
  std::string cache;            ///< the folder of the rows that drivers send; empty: usual_cache_folder
  std::uint64_t cache_bytes = std::uint64_t{20} << 30U;
  bool names_workers = false; ///< whether others are told to start theirs with as many
  bool insecure = false;      ///< whether others are told to start theirs so
};

/// Is a host's node: listens for drivers and starts worker processes for them, dk_worker of the folder that this
/// program is in. Prints how it is reached. Call it before the program has started any thread: it blocks SIGINT,
/// SIGTERM, SIGHUP and SIGCHLD, and waits for them.
/// @return the signal that ended it. @throws failure (bind, connect)
int serve_node(const node_options& options);

} // namespace dk
