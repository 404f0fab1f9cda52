#pragma once

#include "actors/protocol/protocol.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// Where every row of a run went. Balanced: nothing was lost and nothing counted twice.
struct rows_ledger {
  std::uint64_t expected = 0;
  std::uint64_t applied = 0;
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t redone = 0; ///< chunks that were leased again
  std::uint64_t duplicates = 0;
  std::uint64_t fenced = 0;

  bool balanced() const { return lost == 0 && doubled == 0; }
};

/// "rows: 180000 expected, 180000 applied, 0 lost, 0 doubled (0 redone, 0 duplicates, 0 fenced)"
std::string to_string(const rows_ledger& rows);

/// Rows of the commits that a witness has seen go into a shard.
struct rows_seen {
  std::uint64_t all = 0;
  std::uint64_t once = 0; ///< each chunk counted once
};

/// Holds what several witnesses say of the rows against what was expected: each row that one of them misses is lost,
/// each that one of them has seen twice is doubled. Those are the shards, which say what is in the center, and what
/// wrote down or was told each commit (`seen`: the recorder, the log on disk; one entry for each of their shards).
/// @param into its `expected` is set; applied, lost, doubled, duplicates and fenced are set here
void account(const std::vector<shard_tally>& shards, const std::vector<rows_seen>& seen, rows_ledger& into);

/// What commits.jsonl says is in each shard, through all sessions of the run. Nothing where it does not tell all of it:
/// it was not kept from the beginning. @throws failure (resources) when it cannot be read
std::optional<std::vector<rows_seen>> rows_in_log(const std::string& path, const chunk_grid& grid, std::size_t servers);

} // namespace dk
