#pragma once

#include "runtime/config/job.hpp"

#include <cstdint>

namespace dk {

// The hosts of the laboratory are numbered from 0; after the last one comes the driver's, which has no worker.

/// Workers and shards are dealt out to the hosts in turn. Both require that there are hosts.
inline std::uint32_t host_of_worker(const laboratory_config& world, std::uint32_t worker) {
  return static_cast<std::uint32_t>(worker % world.hosts);
}
inline std::uint32_t host_of_driver(const laboratory_config& world) {
  return static_cast<std::uint32_t>(world.hosts);
}
inline std::uint32_t host_of_shard(const laboratory_config& world, std::uint32_t shard) {
  return world.servers == "driver" ? host_of_driver(world) : static_cast<std::uint32_t>(shard % world.hosts);
}

} // namespace dk
