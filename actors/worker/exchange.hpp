#pragma once

#include "actors/worker/worker.hpp"

// What the algorithms' worker rules are made of. Each step runs inside the worker; `then` runs in a later turn of it.
// When all verdicts of a commit are in, the chunk's report knows the gravest.

namespace dk {

/// Commits scale * (replica - base) to every shard and adopts the center that comes back with the verdicts. The
/// replica's weights go into the message: until the verdicts are in, it has none.
/// With overlap it keeps them and trains on; when a center comes, the replica moves by (center - what it had
/// committed), and `commit::after` of its next commit says how many batches that one had trained before.
void commit_movement(worker_ptr self, float scale, std::function<void()> then);

/// Commits replica - base to every shard, and the replica goes on from where it is; that is the next base.
void commit_progress(worker_ptr self, std::function<void()> then);

/// What belongs to one shard, while its delta is made.
struct shard_slice {
  std::size_t first;   ///< in the model's free weights
  std::size_t size;    ///< of each of these
  float* replica;      ///< which may be moved
  const float* center; ///< that was pulled last
  float* delta;        ///< to be written
};

/// Commits what `write` writes, to every shard. The replica keeps its weights. With overlap `commit::after` says how
/// many batches of its next chunk the replica had trained already.
void commit_written(worker_ptr self, const std::function<void(const shard_slice&)>& write, std::function<void()> then);

/// Pulls the newest center of every shard into the worker's `base`.
void pull_centers(worker_ptr self, std::function<void()> then);

/// Pulls the newest centers, and the replica goes on from them.
void adopt_centers(worker_ptr self, std::function<void()> then);

/// The mini-batches and the rows that the chunk that is being exchanged really had.
std::uint32_t batches_of_chunk(worker_ptr self);
std::uint64_t rows_of_chunk(worker_ptr self);

} // namespace dk
