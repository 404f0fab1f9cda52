#pragma once

#include <caf/actor_system_config.hpp>
#include <cstddef>

namespace dk {

struct system_options {
  std::size_t threads = 0;                ///< that compute; 0: one per core
  bool virtual_time = false;              ///< nothing happens but what a timeline lets happen, in the thread that asks
  bool network = false;                   ///< talk to other processes
  double heartbeat_seconds = 1;           ///< between two signs of life on a connection
  double connection_timeout_seconds = 10; ///< without a sign of life: the connection is dropped. Must exceed the time
                                          ///< that the largest message takes
};

/// The configuration for an actor system that runs dk's actors: its messages are known, work is shared fairly among one
/// thread per core, idle threads cost nothing.
class system_config : public caf::actor_system_config {
public:
  explicit system_config(const system_options& options = {});
};

} // namespace dk
