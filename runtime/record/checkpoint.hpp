#pragma once

#include "actors/protocol/protocol.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dk {

/// A worker in a checkpoint, with the versions of all shards that its state belongs to.
struct worker_memory {
  replica_state replica;
  std::vector<std::uint64_t> versions;
};

/// What one file holds: a shard, and, where the job's checkpoints keep workers (runtime/enlist/enlist.hpp), beside
/// shard 0 its only worker; of models that are trained alone, beside each the worker that trains it.
struct checkpoint {
  std::uint32_t session = 0; ///< that wrote it
  shard_state shard;
  std::optional<worker_memory> worker;
};

/// Where a run stood: its shards, each with the chunks that its slice contains.
struct resume_state {
  std::uint32_t session = 0; ///< that wrote it
  std::vector<shard_state> shards;
  std::vector<replica_state> workers; ///< empty: all start fresh; likewise one without weights

  /// The chunks that every shard has folded in.
  chunk_set done() const;
};

/// A checkpoint as bytes: a frame of magic, format version, length and CRC around a Boost archive.
std::string encode_checkpoint(const checkpoint& from);

/// Reads one back; nothing is trusted before length and CRC are right, and every count is checked against the bytes
/// at hand. @throws failure (checkpoint) that starts with `origin`
checkpoint decode_checkpoint(const std::string& bytes, const std::string& origin);

/// Writes FOLDER/shard-NN/VERSION.dkc: a temporary file, synced, then renamed; keeps the newest three.
/// @throws failure (resources)
void write_checkpoint(const std::string& folder, const checkpoint& from);

/// The same for all shards of a run, with its workers.
void write_checkpoints(const std::string& folder, const resume_state& from);

/// The newest valid checkpoint of each shard; where workers were kept, the newest set of those that a worker's state
/// belongs to. A damaged file is set aside as *.corrupt, never deleted, and the next older one taken; `notice` hears of
/// it, and of a worker that has to start fresh.
/// @throws failure (checkpoint) when a shard has none
resume_state read_checkpoints(const std::string& folder, std::vector<std::string>* notices = nullptr);

} // namespace dk
