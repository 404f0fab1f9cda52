#pragma once

#include "actors/protocol/protocol.hpp"
#include "runtime/config/job.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

// What the writer and the reader of commits.jsonl (docs/run-folder.md) have in common.

namespace dk {

/// The first line: what the log is of.
nlohmann::json commits_header(const job& which, const chunk_grid& grid);

/// The line that a later session begins with: per shard, the version that it goes on from, and whether its
/// worker goes on from where it was (else all are fresh). @param epochs that the run has from now on; 0: as before
nlohmann::json restart_line(std::uint32_t session, const std::vector<std::uint64_t>& versions, bool keeps_worker,
                            std::uint32_t epochs = 0);

const char* name_of(verdict_kind kind);

/// The verdict of this name; nothing when there is none.
std::optional<verdict_kind> find_verdict(std::string_view name);

} // namespace dk
