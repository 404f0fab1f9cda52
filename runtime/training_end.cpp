// What a training asks its actors: for its result, and for a checkpoint.
#include "actors/errors.hpp"
#include "common/bits.hpp"
#include "runtime/enlist.hpp"
#include "runtime/training.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

template <class Answer, class Actor, class Question>
Answer training::ask(const Actor& whom, Question question) {
  Answer answer;
  auto asked = self_->request(whom, patience(), question);
  if (timeline_)
    settle();
  asked.receive([&](Answer& given) { answer = std::move(given); },
                [&](const caf::error& why) { throw to_failure(why); });
  return answer;
}

run_statistics training::statistics() {
  return ask<run_statistics>(recorder_, tally_atom_v);
}

void training::collect(run_result& result) {
  result.numbers = statistics();
  for (const auto& one : tracks_) {
    const auto work = ask<ledger_tally>(one.ledger, tally_atom_v);
    result.stopped = result.stopped || work.stopped;
    result.rows.expected += work.expected_rows;
    result.rows.redone += work.redone_chunks;
  }
  if (alone())
    collect_models(result);
  else
    collect_center(result);
  result.rows.lost = result.rows.expected - std::min(result.rows.expected, result.rows.applied);
}

void training::collect_models(run_result& result) {
  std::vector<block> weights;
  for (std::uint32_t i = 0; i < members_.size(); ++i)
    weights.push_back(split_.join(ask<center>(cluster_->hand(i), state_atom_v).weights, frozen_of(i)));
  result.weights = block::joined(weights);
  result.numbers.updates = result.numbers.chunks;
  auto& rows = result.rows;
  rows.applied = result.numbers.rows + resumed_rows_;
  rows.doubled = rows.applied - std::min(rows.expected, rows.applied);
}

void training::collect_center(run_result& result) {
  auto& rows = result.rows;
  std::vector<block> weights;
  rows.applied = grid_.total_rows();
  for (const auto& link : shards_) {
    const auto tally = ask<shard_tally>(link.server, tally_atom_v);
    const auto now = ask<center>(link.server, newest_atom_v);
    weights.push_back(now.weights);
    result.versions.push_back(now.version);
    rows.applied = std::min(rows.applied, tally.bitmap_rows);
    rows.doubled = std::max(rows.doubled, tally.folded_rows - std::min(tally.folded_rows, tally.bitmap_rows));
    rows.duplicates += tally.duplicates;
    rows.fenced += tally.fenced;
  }
  result.weights = split_.join(block::joined(weights), frozen_of(0));
}

// In the laboratory a worker may have been killed; and what it simulates is done again sooner than resumed.
std::size_t training::workers_to_hold() const {
  return alone() ? members_.size() : keeps_workers(job_) && !timeline_ ? 1 : 0;
}

// Each at the end of its chunk; it begins no other until it is released.
std::vector<replica_state> training::hold_workers() {
  std::vector<replica_state> all;
  for (std::uint32_t i = 0; i < workers_to_hold(); ++i)
    all.push_back(ask<replica_state>(cluster_->hand(i), hold_atom_v));
  return all;
}

void training::release_workers() {
  for (std::uint32_t i = 0; i < workers_to_hold(); ++i)
    self_->send(cluster_->hand(i), release_atom_v);
}

std::vector<shard_state> training::shard_states() {
  std::vector<shard_state> all;
  for (const auto& link : shards_)
    all.push_back(ask<shard_state>(link.server, state_atom_v));
  return all;
}

std::vector<shard_state> training::alone_states(const std::vector<replica_state>& replicas) const {
  std::vector<shard_state> all;
  for (std::uint32_t i = 0; i < replicas.size(); ++i) {
    const auto& replica = replicas[i];
    const auto& [unused, grid, resumed] = tracks_[i];
    shard_state state{i, i * replica.weights.size(), replica.chunks + resumed.size(), replica.weights, grid, {}};
    state.folded.resize(words_of_bits(grid.chunks()));
    for (std::uint64_t number = 0; number < state.version; ++number)
      set_bit(state.folded, number);
    all.push_back(std::move(state));
  }
  return all;
}

resume_state training::standing() {
  resume_state now;
  now.run_epoch = run_epoch();
  now.workers = hold_workers();
  now.shards = alone() ? alone_states(now.workers) : shard_states(); // nobody commits meanwhile
  release_workers();
  return now;
}

resume_state training::standing_without_workers() {
  return {run_epoch(), shard_states(), {}};
}

void training::save_checkpoint() {
  if (!checkpoints_.is_on())
    return;
  resume_state now;
  try {
    now = standing();
  } catch (const failure& why) {
    if (alone())
      throw;
    release_workers();
    tell("the worker cannot be asked for its state: " + std::string{why.what()} + "; a resumed run starts a fresh one");
    now = standing_without_workers();
  }
  if (const auto trouble = checkpoints_.save(now); !trouble.empty())
    tell(trouble);
}

} // namespace dk
