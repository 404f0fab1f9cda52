#include "actors/server/shard.hpp"

#include "actors/server/norm.hpp"

#include <algorithm>

namespace dk {

shard::shard(shard_setup setup)
    : setup_(std::move(setup)), now_(setup_.start), folded_(std::move(setup_.folded)), gauge_(setup_.grid, now_) {
  setup_.start = {}; // its memory lives on only in whoever adopted it
  setup_.folded = {};
  if (needs_base() || setup_.keep_bases || !setup_.compression.none())
    given_.begin(now_);
  tally_.folded_rows = tally().bitmap_rows;
}

std::string shard::shape_error(const commit& from) const {
  const auto& grid = setup_.grid;
  if (!grid.contains(from.chunk))
    return "the run has no chunk " + to_string(from.chunk);
  if (!(grid.range(from.chunk) == from.rows))
    return "rows [" + std::to_string(from.rows.first) + "," + std::to_string(from.rows.last) + ") are not those of " +
           to_string(from.chunk);
  if (from.delta.size() != now_.weights.size())
    return "a delta of " + std::to_string(from.delta.size()) + " values for a shard of " +
           std::to_string(now_.weights.size());
  if (from.base > now_.version)
    return "base " + std::to_string(from.base) + " is newer than version " + std::to_string(now_.version);
  return "";
}

bool shard::is_fenced(const commit& from) const {
  if (from.session != setup_.session || from.shard_session != setup_.shard_session)
    return true;
  const auto fence = fences_.find(from.worker);
  return fence != fences_.end() && from.lease <= fence->second;
}

bool shard::has(chunk_id chunk) const {
  if (!setup_.grid.contains(chunk))
    return false;
  const auto number = setup_.grid.number(chunk);
  return folded_.has(number) || round_.has(number);
}

bool shard::would_fold(const commit& from) const {
  return !is_fenced(from) && shape_error(from).empty() && !has(from.chunk);
}

void shard::fence(std::uint32_t worker, std::uint64_t lease) {
  auto& fence = fences_[worker];
  fence = std::max(fence, lease);
}

center_update shard::give(const asking& to) {
  if (given_.is_late(to))
    return update_of(setup_.compression, now_, {});
  auto update = update_of(setup_.compression, now_, {to.base, given_.find(to.worker, to.base)});
  given_.give(to, {update.version, update.weights});
  return update;
}

void shard::refuse(verdict& answer, std::string reason, bool again) {
  answer.kind = verdict_kind::rejected;
  answer.reason = std::move(reason);
  answer.again = again;
  lengths_ = {};
  ++tally_.rejected;
}

double shard::policy_scale(const commit& from, const block& base, std::uint64_t staleness) const {
  switch (setup_.policy.kind) {
  case policy_kind::scale:
    return 1 / (static_cast<double>(staleness) + 1);
  case policy_kind::distance:
    return distance_scale(length_of(from.delta.numbers()), distance_between(now_.weights, base));
  case policy_kind::accept:
  case policy_kind::wait:
  case policy_kind::reject:
    break;
  }
  return 1;
}

void shard::advance(block next, std::uint64_t versions) {
  now_.weights = std::move(next);
  now_.version += versions;
  gauge_.follow(now_);
}

// As the worker has it; empty where it is not kept.
block shard::base_of(const commit& from) const {
  auto kept = given_.find(from.worker, from.base);
  return kept.empty() && from.base == now_.version ? now_.weights : kept;
}

// Folds the delta into the next version, if the result is finite.
void shard::apply(const commit& from, verdict& answer) {
  const auto number = setup_.grid.number(from.chunk);
  const auto base = base_of(from);
  if (gauge_.wants(number))
    lengths_ = gauge_.measure(from.delta, now_, base, setup_.rule.descends);
  if (setup_.rule.barrier != barrier::none) {
    if (round_.add(from, number, lengths_))
      answer.scale = 1;
    else
      refuse(answer, "the delta holds a NaN or an infinity; lower learning_rate");
    return;
  }
  if (needs_base() && base.empty())
    return refuse(answer, "the center of version " + std::to_string(from.base) + " is no longer kept", true);
  block_writer next{now_.weights.size()};
  const auto scale = policy_scale(from, base, answer.staleness);
  const auto done = setup_.rule.fold({now_, from, scale, next.data(), base.empty() ? nullptr : base.data()});
  if (!done.finite)
    return refuse(answer, "the delta holds a NaN or an infinity; lower learning_rate");
  advance(std::move(next).done(), 1);
  folded_.add(number);
  tally_.folded_rows += from.rows.size();
  answer.scale = done.scale;
}

verdict shard::judge(const commit& from) {
  verdict answer;
  lengths_ = {};
  if (is_fenced(from)) {
    answer.kind = verdict_kind::fenced;
    ++tally_.fenced;
  } else if (auto wrong = shape_error(from); !wrong.empty()) {
    refuse(answer, std::move(wrong));
  } else {
    answer.staleness = now_.version - from.base;
    if (has(from.chunk)) {
      const auto newest = newest_.find(from.worker);
      answer.came_twice = newest != newest_.end() && newest->second == from.lease;
      answer.kind = verdict_kind::duplicate;
      ++tally_.duplicates;
    } else if (is_bounded(setup_.policy.kind) && answer.staleness > setup_.policy.max_staleness) {
      refuse(answer,
             "staleness " + std::to_string(answer.staleness) + " is above max_staleness " +
                 std::to_string(setup_.policy.max_staleness),
             true);
    } else {
      apply(from, answer);
      if (answer.kind == verdict_kind::applied)
        newest_[from.worker] = from.lease;
    }
  }
  answer.version = now_.version;
  if (from.wants_center)
    answer.newest = give({from.worker, from.lease, from.base});
  return answer;
}

std::vector<commit_record> shard::close_round(double rate) {
  std::vector<commit_record> records;
  if (round_.empty())
    return records;
  const bool mean = setup_.rule.mean_by_rows;
  const auto total = round_.total(mean);
  block_writer next{now_.weights.size()};
  if (!setup_.rule.close({now_.weights.data(), total.data(), next.data(), total.size(), rate}))
    throw failure{errc::diverged, "the center is not finite; lower learning_rate"};
  auto version = now_.version;
  for (const auto& in : round_.order()) {
    commit_record record;
    record.shard = setup_.shard;
    record.worker = in.worker;
    record.chunk = in.chunk;
    record.rows = in.rows;
    record.base = in.base;
    record.version = ++version;
    record.scale = round_.weight_of(in.worker, mean);
    record.lengths = in.lengths;
    record.rate = in.rate;
    records.push_back(std::move(record));
  }
  advance(std::move(next).done(), records.size());
  for (const auto number : round_.numbers())
    folded_.add(number);
  tally_.folded_rows += round_.rows();
  round_ = {};
  return records;
}

shard_tally shard::tally() const {
  auto counted = tally_;
  counted.version = now_.version;
  counted.bitmap_rows = folded_.rows(setup_.grid);
  return counted;
}

shard_state shard::state() const {
  return {setup_.shard, setup_.offset, now_.version, now_.weights, setup_.grid, folded_};
}

} // namespace dk
