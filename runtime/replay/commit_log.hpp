#pragma once

#include "actors/protocol/chunk.hpp"
#include "actors/protocol/protocol.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// One commit of the log, and where it stands.
struct logged_commit {
  std::size_t line = 0; ///< of the file, from 1
  commit_record what;
  std::size_t place = 0; ///< among those of its session, from 1, once they are ordered (causal_order.hpp)
};

/// Where a shard stood when a later session began.
struct shard_start {
  std::uint64_t version = 0;
  std::set<std::uint64_t> folded; ///< numbers of the chunks that were in
};

/// A later session.
struct restart {
  std::uint32_t session = 1;
  std::size_t commits = 0;   ///< of the log, that came before
  bool keeps_worker = false; ///< the only worker goes on from where it was; else all are fresh
  std::vector<shard_start> shards;
};

/// A run's commits.jsonl (docs/run-folder.md). Every line fits the header and, on its shard, the lines before it:
/// versions rise one by one, no base is from the future, a chunk is applied once. Behind a barrier the lines of a round
/// are written when it is closed, all with the base that it began with. A later session goes on from a checkpoint,
/// which may be older than the newest line before.
struct commit_log {         // NOLINT(bugprone-exception-escape): the move of a JSON value throws nothing
  std::string origin;       ///< the file's name, for errors
  nlohmann::json header;    ///< as commits_header wrote it
  chunk_grid grid;          ///< of as many epochs as any session had
  std::uint32_t epochs = 1; ///< of the last one
  std::uint32_t workers = 1;
  std::uint32_t servers = 1;
  bool rounds = false; ///< commits were folded in rounds, so none was stale
  std::vector<logged_commit> commits;
  std::vector<restart> restarts;
  std::vector<std::uint64_t> versions; ///< of the shards, at the end
};

/// "ORIGIN:LINE: text" as a failure (checkpoint).
[[noreturn]] void fail_at(const std::string& origin, std::size_t line, const std::string& text);

/// Reads a whole log; nothing in it is trusted. @throws failure (checkpoint): "ORIGIN:LINE: what; what to do"
commit_log parse_commit_log(std::string_view text, const std::string& origin);

/// @param grows somebody still writes it: half a line at its end is left out
/// @throws failure (checkpoint), also when there is no such file
commit_log read_commit_log(const std::string& path, bool grows = false);

} // namespace dk
