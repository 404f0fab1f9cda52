#pragma once

#include "actors/protocol/protocol.hpp"
#include "common/endpoint.hpp"

#include <caf/meta/type_name.hpp>

namespace dk {

/// A shard as a worker knows it.
struct shard_link {
  server_actor server;
  std::uint64_t offset = 0; ///< of its slice in the model's free weights
  std::uint32_t shard_session = 0;
  center start;     ///< what the replica starts from: version 0
  endpoint at = {}; ///< where its process listens; without a port: in the driver's process
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, shard_link& x) {
  return f(caf::meta::type_name("shard_link"), x.server, x.offset, x.shard_session, x.start, x.at.host, x.at.port);
}

} // namespace dk
