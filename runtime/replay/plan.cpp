#include "runtime/replay/plan.hpp"

#include "runtime/replay/causal_order.hpp"

#include <algorithm>
#include <utility>

namespace dk {

namespace {

// A chunk as a worker trained it: one line per shard, fewer if the worker was lost while it committed.
struct trained_chunk {
  std::map<std::uint32_t, const logged_commit*> lines;   // by shard
  std::map<std::uint32_t, std::uint64_t> base;           // by shard: also of those without a line
  std::map<std::uint32_t, std::uint64_t> known_versions; // of the shards, when its first line was written
  std::size_t round = 0;
};

struct worker_log {
  std::vector<trained_chunk> chunks;
  std::map<std::uint32_t, std::size_t> next; // by shard: which of `chunks` its next line belongs to
};

std::uint64_t at_or_zero(const std::map<std::uint32_t, std::uint64_t>& numbers, std::uint32_t key) {
  const auto found = numbers.find(key);
  return found == numbers.end() ? 0 : found->second;
}

class planner {
public:
  planner(const commit_log& log, const pull_habit& habit, std::size_t session) : log_(log), habit_(habit) {
    plan_.origin = log.origin;
    plan_.rounds = log.rounds;
    for (std::uint32_t i = 0; i < log.servers; ++i) {
      starts_.push_back(session == 0 ? shard_start{} : log.restarts[session - 1].shards[i]);
      versions_[i] = starts_.back().version;
      if (session < log.restarts.size())
        plan_.kept.push_back(log.restarts[session].shards[i].version);
    }
    lines_ = in_causal_order(log.commits.begin() + first_line(log, session),
                             log.commits.begin() + first_line(log, session + 1), starts_);
    if (session < log.restarts.size() && log.restarts[session].keeps_worker)
      leave_out_what_was_lost();
  }

  replay_plan plan() && {
    for (const auto& commit : lines_)
      take(commit);
    for (auto& [worker, of] : workers_)
      follow(worker, of);
    for (const auto* commit : in_order())
      play(*commit);
    while (!pulls_.empty()) // from shards that no commit has reached
      play_pulls(pulls_.begin()->first.first, pulls_.begin()->first.second);
    count();
    return std::move(plan_);
  }

private:
  // What the only worker trained after the checkpoint that the next session goes on from: its worker must be as it
  // was there.
  void leave_out_what_was_lost() {
    const auto is_lost = [&](const logged_commit& line) { return line.what.version > plan_.kept[line.what.shard]; };
    lines_.erase(std::find_if(lines_.begin(), lines_.end(), is_lost), lines_.end());
  }

  [[noreturn]] void fail(const logged_commit& at, const std::string& text) const {
    fail_at(log_.origin, at.line, "worker " + std::to_string(at.what.worker) + " " + text);
  }

  // Sorts a line into its worker's chunks. It stands behind all that it came of.
  void take(const logged_commit& commit) {
    const auto& r = commit.what;
    auto& of = workers_[r.worker];
    const auto at = of.next[r.shard]++;
    if (at > 0 && !log_.rounds && of.chunks[at - 1].lines.size() < log_.servers)
      fail(commit, "goes on with " + to_string(r.chunk) + " before every shard has answered for its chunk before");
    if (at == of.chunks.size())
      of.chunks.push_back({{}, {}, versions_, log_.rounds ? round_of(r) : 0});
    if (at > 0 && of.chunks[at].round < of.chunks[at - 1].round)
      fail(commit, "goes back to an earlier round with " + to_string(r.chunk));
    auto& chunk = of.chunks[at];
    if (!chunk.lines.empty() && !(chunk.lines.begin()->second->what.chunk == r.chunk))
      fail(commit, "commits " + to_string(r.chunk) + " to shard " + std::to_string(r.shard) + ", but " +
                       to_string(chunk.lines.begin()->second->what.chunk) + " to another");
    if (r.base > at_or_zero(chunk.known_versions, r.shard))
      fail(commit, "had not seen base " + std::to_string(r.base) + " of shard " + std::to_string(r.shard) +
                       " when it committed " + to_string(r.chunk));
    if (r.base < adopted(of, at, r.shard))
      fail(commit,
           "had seen a newer version than base " + std::to_string(r.base) + " of shard " + std::to_string(r.shard));
    chunk.lines[r.shard] = &commit;
    chunk.base[r.shard] = r.base;
    versions_[r.shard] = r.version;
    if (r.kind == verdict_kind::applied)
      makers_[r.shard].emplace_back(r.worker, at);
  }

  // The version that the verdict on a commit named: in a round the center does not move.
  std::uint64_t answered(const commit_record& r) const {
    return log_.rounds && r.kind == verdict_kind::applied ? r.base : r.version;
  }

  // The version that the worker got with the verdict on the chunk before; before the first, that of the session.
  std::uint64_t adopted(const worker_log& of, std::size_t chunk, std::uint32_t shard) const {
    return chunk == 0 ? starts_[shard].version : answered(of.chunks[chunk - 1].lines.at(shard)->what);
  }

  // The round of a line: a new one when its base is newer than the newest round's. All shards have closed a round
  // before a worker begins the next, and what they tell of it stands in the log before.
  std::size_t round_of(const commit_record& r) {
    if (rounds_.empty() || r.base > at_or_zero(rounds_.back(), r.shard))
      rounds_.push_back(versions_);
    auto round = rounds_.size() - 1;
    while (round > 0 && at_or_zero(rounds_[round], r.shard) > r.base)
      --round; // a late commit, which was fenced
    return round;
  }

  bool waited(const worker_log& of, std::size_t chunk) const {
    const auto& base = of.chunks[chunk].base;
    return std::any_of(base.begin(), base.end(),
                       [&](const auto& one) { return one.second != adopted(of, chunk, one.first); });
  }

  // What the worker has to train, and what it pulls.
  void follow(std::uint32_t worker, worker_log& of) {
    for (std::size_t i = 0; i < of.chunks.size(); ++i) {
      const bool pulled = waited(of, i);
      complete(worker, of, i);
      auto& chunk = of.chunks[i];
      const auto& what = chunk.lines.begin()->second->what;
      plan_.workers[worker].push_back({what.chunk, what.rows, pulled, chunk.round, what.rate});
      if (!log_.rounds && (pulled || habit_.every_chunk))
        for (const auto& [shard, base] : chunk.base)
          pulls_[{shard, line_before(of, i, shard)}].push_back({script_step::kind::pull, worker, base, {}, 0});
    }
  }

  // The line of the shard behind which the worker pulled: when its base was there and its chunk before was settled.
  std::size_t line_before(const worker_log& of, std::size_t chunk, std::uint32_t shard) const {
    const auto settled = chunk == 0 ? 0 : of.chunks[chunk - 1].lines.at(shard)->place;
    const auto base = of.chunks[chunk].base.at(shard);
    if (base == starts_[shard].version)
      return settled;
    const auto& [maker, made] = maker_of(shard, base);
    return std::max(settled, workers_.at(maker).chunks[made].lines.at(shard)->place);
  }

  // Says from which versions a worker started that was lost before its commit had reached every shard. It pulled, if it
  // did, because it got the slot or the chunk of another; so it saw what that one had just committed everywhere.
  void complete(std::uint32_t worker, worker_log& of, std::size_t at) {
    auto& chunk = of.chunks[at];
    const bool pulled = waited(of, at) || habit_.every_chunk;
    const auto known = chunk.base;
    for (std::uint32_t shard = 0; chunk.base.size() < log_.servers; ++shard) {
      if (known.count(shard) != 0)
        continue;
      auto& base = chunk.base[shard] = adopted(of, at, shard);
      if (!pulled)
        continue;
      for (const auto& [seen, version] : known)
        base = std::max(base, counterpart(seen, version, shard));
      base = std::min(base, at_or_zero(chunk.known_versions, shard));
      if (habit_.adopts)
        plan_.doubts.push_back("the log does not say from which version of shard " + std::to_string(shard) +
                               " worker " + std::to_string(worker) + ", which was then lost, started " +
                               to_string(chunk.lines.begin()->second->what.chunk) + "; assuming version " +
                               std::to_string(base));
    }
  }

  // The version that the chunk which made `version` of one shard made of another.
  std::uint64_t counterpart(std::uint32_t shard, std::uint64_t version, std::uint32_t of) const {
    if (version == starts_[shard].version)
      return starts_[of].version;
    const auto& [worker, chunk] = maker_of(shard, version);
    const auto& lines = workers_.at(worker).chunks[chunk].lines;
    const auto found = lines.find(of);
    return found == lines.end() ? 0 : found->second->what.version;
  }

  // Which chunk of which worker made this version of a shard, in this session.
  const std::pair<std::uint32_t, std::size_t>& maker_of(std::uint32_t shard, std::uint64_t version) const {
    return makers_.at(shard).at(version - 1 - starts_[shard].version);
  }

  // The lines as they are to happen. Behind a barrier a commit comes in its round: one that came too late, and was
  // fenced, would otherwise hold up the end of a round that it waits for.
  std::vector<const logged_commit*> in_order() const {
    std::vector<std::pair<std::size_t, const logged_commit*>> lines; // by round
    for (const auto& [worker, of] : workers_)
      for (const auto& chunk : of.chunks)
        for (const auto& [shard, line] : chunk.lines)
          lines.emplace_back(log_.rounds ? chunk.round : 0, line);
    std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second->place < b.second->place;
    });
    std::vector<const logged_commit*> all;
    for (const auto& [round, line] : lines)
      all.push_back(line);
    return all;
  }

  void play_pulls(std::uint32_t shard, std::size_t behind) {
    const auto found = pulls_.find({shard, behind});
    if (found == pulls_.end())
      return;
    auto& script = plan_.shards[shard];
    script.insert(script.end(), found->second.begin(), found->second.end());
    pulls_.erase(found);
  }

  void play(const logged_commit& commit) {
    const auto& r = commit.what;
    play_pulls(r.shard, 0);
    plan_.shards[r.shard].push_back({script_step::kind::commit, r.worker, answered(r), r.kind, commit.line});
    play_pulls(r.shard, commit.place);
  }

  void count() {
    std::map<std::uint64_t, std::uint32_t> shards; // by number of the chunk: that have it
    for (const auto& start : starts_)
      for (const auto number : start.folded)
        ++shards[number];
    for (const auto& commit : lines_)
      if (commit.what.kind == verdict_kind::applied)
        ++shards[log_.grid.number(commit.what.chunk)];
    for (const auto& [number, having] : shards)
      if (having == log_.servers) {
        ++plan_.chunks;
        plan_.rows += log_.grid.range(log_.grid.chunk(number)).size();
      }
  }

  static std::ptrdiff_t first_line(const commit_log& log, std::size_t session) {
    const auto first = session == 0                    ? 0
                       : session > log.restarts.size() ? log.commits.size()
                                                       : log.restarts[session - 1].commits;
    return static_cast<std::ptrdiff_t>(first);
  }

  const commit_log& log_;
  pull_habit habit_;
  std::vector<logged_commit> lines_; // of this session
  std::vector<shard_start> starts_;  // by shard
  replay_plan plan_;
  std::map<std::uint32_t, worker_log> workers_;
  std::map<std::uint32_t, std::uint64_t> versions_;            // of the shards
  std::vector<std::map<std::uint32_t, std::uint64_t>> rounds_; // the versions that each began with
  // Per shard: which chunk of which worker made version i + 1.
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, std::size_t>>> makers_;
  std::map<std::pair<std::uint32_t, std::size_t>, std::vector<script_step>> pulls_; // by shard and the line before
};

} // namespace

replay_plan make_plan(const commit_log& log, const pull_habit& habit, std::size_t session) {
  return planner{log, habit, session}.plan();
}

} // namespace dk
