#pragma once

#include "actors/protocol/chunk.hpp"
#include "actors/server/policy.hpp"
#include "runtime/config/job.hpp"

#include <cstddef>
#include <vector>

namespace dk {

// What follows from a job: its algorithm, its policy and its sizes, each decided here alone.

/// Whether its workers share a center, which parameter-server shards hold. Else each trains a model alone.
bool has_center(const job& which);

/// Whether its result are several models that predict together.
bool is_ensemble(const job& which);

/// Whether the shards of its center are on nodes.
bool serves_on_nodes(const job& which);

/// How many models its result has: their weights stand one after the other.
std::size_t models_of(const job& which);

/// The policy that its shards follow.
staleness_policy policy_of(const job& which);

/// The optimizer that its workers step with: the algorithm's own where it has one.
spec own_optimizer_of(const job& which);

/// Whether its checkpoints keep the workers, so that a resumed run has the bits of one that was never stopped: where
/// each model is trained by one worker, chunk after chunk. Of several workers nobody can say where they stood when the
/// center was saved, nor of one that trains ahead of its exchange; and a checkpoint does not keep what compressed
/// commits have not sent yet.
bool keeps_workers(const job& which);

/// How it cuts its rows into chunks.
chunk_grid grid_of(const job& which, std::size_t rows);

/// Where its center is cut into shards: the offsets of nearly equal slices, and the end.
std::vector<std::size_t> shard_offsets(std::size_t weights, std::size_t servers);

} // namespace dk
