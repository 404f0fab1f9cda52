#pragma once

#include "actors/protocol/protocol.hpp"

#include <cstdint>
#include <functional>

namespace dk {

/// What a fold rule works with: one commit that the shard has accepted.
struct folding {
  const center& now;           ///< before the commit
  const commit& from;          ///< `from.delta` has as many values as `now.weights`
  double scale = 1;            ///< what the policy lets it count
  float* next;                 ///< where the center after the commit is written; it does not overlap `now`
  const float* base = nullptr; ///< the center at version `from.base`, for a rule that needs it
};

/// What a fold rule did.
struct folded {
  double scale = 1;   ///< the delta was multiplied with, in the mean
  bool finite = true; ///< false: the result holds a NaN or an infinity, and is thrown away
};

/// What a round rule works with: the commits of a whole round as one.
struct round_total {
  const float* now;   ///< before the round
  const float* total; ///< the workers' deltas, added up
  float* next;        ///< where the center after the round is written; it does not overlap the others
  std::size_t size;   ///< of each
  double rate = 1;    ///< the learning rate, in parts of the configured one, for a rule that has one
};

/// When commits change the center.
enum class barrier : std::uint8_t {
  none,  ///< each as it comes
  chunk, ///< in rounds: when every worker has committed one chunk
  epoch, ///< in rounds: when every chunk of the epoch is in
};

/// An algorithm's server rule: `fold` writes the center after one commit; behind a barrier, `close` that after a round.
struct server_rule {
  std::function<folded(const folding&)> fold;
  bool needs_base = false; ///< the server keeps the centers that workers may still name as their base
  dk::barrier barrier = barrier::none;
  std::function<bool(const round_total&)> close; ///< false: a value of `next` is not finite
  bool descends = false;                         ///< deltas are gradients: the center moves against them
  bool mean_by_rows = false;                     ///< a worker's deltas count by its part of the round's rows, not 1
};

} // namespace dk
