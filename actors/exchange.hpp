#pragma once

#include "actors/worker.hpp"

// What the algorithms' worker rules are made of. Each step runs inside the worker; `then` runs in a later turn of it.

namespace dk {

/// Writes what a shard shall get: `size` values from `offset` on, given the replica's slice and the slice of the center
/// it adopted last, or has just pulled.
/// (An elastic rule moves the replica as well.)
using shape_rule = std::function<void(float* replica, const float* base, float* delta, std::size_t size)>;

/// Commits one delta to every shard. When all verdicts are in, the chunk's report knows the gravest, and with
/// `adopt` the replica has become the new center.
void commit_chunk(worker_ptr self, const shape_rule& shape, bool adopt, std::function<void()> then);

/// Pulls the newest center of every shard into the worker's `base`.
void pull_centers(worker_ptr self, std::function<void()> then);

/// The chunk is over: reports it and asks for the next.
void finish_chunk(worker_ptr self);

/// The number of mini-batches that the current chunk really had.
inline std::uint32_t batches_of_chunk(worker_ptr self) {
  return self->state.report.batches;
}

} // namespace dk
