#include "runtime/replay/causal_order.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dk {

namespace {

using lines = std::vector<logged_commit>::const_iterator;

/// A chunk as its worker committed it to the shards: the n-th of a worker in the lines of each.
struct commits_of_chunk {
  std::map<std::uint32_t, std::uint64_t> base; ///< by shard
  std::size_t waiting = 0;                     ///< of its lines, those that are not placed yet
};

class placing {
public:
  placing(lines first, lines last, const std::vector<shard_start>& starts) : queues_(starts.size()) {
    for (const auto& start : starts)
      versions_.push_back(start.version);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> seen; // by worker and shard
    for (auto line = first; line != last; ++line) {
      const auto& what = line->what;
      const std::pair chunk{what.worker, seen[{what.worker, what.shard}]++};
      chunks_[chunk].base[what.shard] = what.base;
      ++chunks_[chunk].waiting;
      queues_[what.shard].push_back({line, chunk});
    }
    for (auto& queue : queues_)
      std::reverse(queue.begin(), queue.end()); // its next line is at its end
    all_.reserve(static_cast<std::size_t>(last - first));
  }

  std::vector<logged_commit> all() && {
    while (auto* const queue = next())
      place(*queue);
    return std::move(all_);
  }

private:
  using chunk_key = std::pair<std::uint32_t, std::size_t>; // the worker, and which of its chunks
  struct waiting_line {
    lines line;
    chunk_key chunk;
  };
  using shard_queue = std::vector<waiting_line>;

  bool is_ready(const chunk_key& chunk) const {
    const auto before = chunk.second == 0 ? chunks_.end() : chunks_.find({chunk.first, chunk.second - 1});
    if (before != chunks_.end() && before->second.waiting > 0)
      return false;
    const auto& base = chunks_.at(chunk).base;
    return std::all_of(base.begin(), base.end(),
                       [&](const auto& seen) { return versions_[seen.first] >= seen.second; });
  }

  // The shard whose next line is the first in the file of those that can stand here; or the first of all, where the
  // lines contradict each other.
  shard_queue* next() {
    shard_queue* earliest = nullptr;
    shard_queue* ready = nullptr;
    const auto is_before = [](const shard_queue& a, const shard_queue* b) {
      return b == nullptr || a.back().line < b->back().line;
    };
    for (auto& queue : queues_) {
      if (queue.empty())
        continue;
      if (is_before(queue, earliest))
        earliest = &queue;
      if (is_before(queue, ready) && is_ready(queue.back().chunk))
        ready = &queue;
    }
    return ready != nullptr ? ready : earliest;
  }

  void place(shard_queue& queue) {
    const auto [line, chunk] = queue.back();
    queue.pop_back();
    --chunks_[chunk].waiting;
    versions_[line->what.shard] = line->what.version;
    all_.push_back(*line);
  }

  std::vector<shard_queue> queues_;
  std::map<chunk_key, commits_of_chunk> chunks_;
  std::vector<std::uint64_t> versions_; // of the shards, after what is placed
  std::vector<logged_commit> all_;
};

} // namespace

std::vector<logged_commit> in_causal_order(lines first, lines last, const std::vector<shard_start>& starts) {
  auto all = placing{first, last, starts}.all();
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].place = i + 1;
  return all;
}

} // namespace dk
