#pragma once

#include "actors/protocol/records.hpp"
#include "nn/model/model.hpp"
#include "nn/optimizer.hpp"

#include <memory>
#include <string>

namespace dk {

/// A worker's own copy of the model, with the state of its own optimizer. Both live from chunk to chunk.
struct replica {
  nn::model model;
  std::unique_ptr<nn::optimizer> optimizer;
};

/// The replica as a checkpoint keeps it. @param optimizer its name @param chunks that it has trained
replica_state state_of(const replica& own, const std::string& optimizer, std::uint64_t chunks);

/// The replica goes on from there. @throws failure (checkpoint) when that is of another model or optimizer
void restore(replica& own, const replica_state& from);

} // namespace dk
