#pragma once

#include "actors/messages.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <vector>

namespace dk {

/// What a fold rule works with: one commit that the shard has accepted.
struct folding {
  const center& now;       ///< before the commit
  const commit& from;      ///< `from.delta` has as many values as `now.weights`
  std::uint64_t staleness; ///< now.version - from.base
  float* next;             ///< where the center after the commit is written; it does not overlap `now`
};

/// What a fold rule did.
struct folded {
  double scale = 1;   ///< the delta was multiplied with
  bool finite = true; ///< false: the result holds a NaN or an infinity, and is thrown away
};

/// An algorithm's server rule: writes the next center.
using fold_rule = std::function<folded(const folding&)>;

struct server_setup {
  std::uint32_t shard = 0;
  std::uint64_t offset = 0;          ///< of the slice in the flat vector
  center start;                      ///< version 0, or what a checkpoint held
  std::vector<std::uint64_t> folded; ///< a checkpoint's bitmap; empty for a fresh run
  chunk_grid grid;
  std::uint32_t run_epoch = 0;
  std::uint32_t shard_epoch = 0;
  fold_rule fold;
  std::vector<caf::actor> watchers; ///< as if each had sent `watch`
};

struct server_state {
  static inline const char* name = "parameter_server";

  server_setup setup;
  center now;
  std::vector<std::uint64_t> bitmap;             // one bit a chunk, through all epochs
  std::map<std::uint32_t, std::uint64_t> fences; // per worker: leases up to this one are over
  shard_tally tally;
  std::chrono::steady_clock::time_point started;
};

/// Owns one shard of the center.
/// Invariant: the bit of a chunk is set exactly when its delta is in `now`; both change in one turn, together with the
/// version. A center that was handed out never changes: the next version is written into another, recycled buffer.
server_actor::behavior_type parameter_server(server_actor::stateful_pointer<server_state> self, server_setup setup);

} // namespace dk
