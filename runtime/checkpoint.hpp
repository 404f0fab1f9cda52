#pragma once

#include "actors/protocol.hpp"

#include <string>
#include <vector>

namespace dk {

/// Where a run stood: its shards, each with the bitmap of the chunks that its slice contains.
struct resume_state {
  std::uint32_t run_epoch = 0; ///< of the start that wrote it
  std::vector<shard_state> shards;

  /// The chunks that every shard has folded in.
  std::vector<chunk_id> done() const;

  /// The chunks of one shard. Requires that there is such a shard.
  std::vector<chunk_id> done_of(std::size_t shard) const;
};

/// A shard's checkpoint as bytes: a frame of magic, format version, length and CRC around a Boost archive.
std::string encode_checkpoint(const shard_state& shard, std::uint32_t run_epoch);

/// Reads one back; nothing is trusted before length and CRC are right, and every count is checked against the bytes
/// at hand. @throws failure (checkpoint) that starts with `origin`
shard_state decode_checkpoint(const std::string& bytes, const std::string& origin, std::uint32_t& run_epoch);

/// Writes FOLDER/shard-NN/VERSION.dkc: a temporary file, synced, then renamed; keeps the newest three.
/// @throws failure (resources)
void write_checkpoint(const std::string& folder, const shard_state& shard, std::uint32_t run_epoch);

/// The newest valid checkpoint of each shard. A damaged file is set aside as *.corrupt, never deleted, and the next
/// older one taken; `notice` hears of it.
/// @throws failure (checkpoint) when a shard has none
resume_state read_checkpoints(const std::string& folder, std::vector<std::string>* notices = nullptr);

} // namespace dk
