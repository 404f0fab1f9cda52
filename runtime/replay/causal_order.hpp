#pragma once

#include "runtime/replay/commit_log.hpp"

#include <vector>

namespace dk {

/// The lines of one session, each behind all that it came of: the line of another chunk that made a version which its
/// worker had seen, and those of the chunk that its worker trained before. Shards in processes of their own each tell
/// the recorder by themselves, so what one has told earlier may come later; what one shard tells keeps its order. Lines
/// that contradict each other, and those that stand right already, stay where they are.
/// @param starts where each shard began
std::vector<logged_commit> in_causal_order(std::vector<logged_commit>::const_iterator first,
                                           std::vector<logged_commit>::const_iterator last,
                                           const std::vector<shard_start>& starts);

} // namespace dk
