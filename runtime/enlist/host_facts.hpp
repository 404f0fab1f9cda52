#pragma once

#include <cstdint>
#include <string>

namespace dk {

/// What a node has and can do for a run, as measured from its driver.
struct host_facts {
  std::string where;           ///< its address
  std::uint32_t workers = 0;   ///< of the run, that it will have
  std::uint32_t shards = 0;    ///< likewise
  std::uint32_t cores = 0;     ///< of the host
  double round_trip = 0;       ///< seconds that a short message takes to it and back
  double bytes_per_second = 0; ///< between it and the driver, in each direction
  double rows_per_second = 0;  ///< that one of its processes trains
};

} // namespace dk
