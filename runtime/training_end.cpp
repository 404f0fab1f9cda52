// What a training asks its actors: for its result, and for a checkpoint.
#include "actors/errors.hpp"
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
    weights.push_back(ask<center>(cluster_->hand(i), state_atom_v).weights);
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
  result.weights = block::joined(weights);
}

std::vector<shard_state> training::states() {
  std::vector<shard_state> all;
  for (const auto& link : shards_)
    all.push_back(ask<shard_state>(link.server, state_atom_v));
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    const auto replica = ask<center>(cluster_->hand(i), state_atom_v);
    const auto& [unused, grid, resumed] = tracks_[i];
    shard_state state{i, i * replica.weights.size(), replica.version + resumed.size(), replica.weights, grid, {}};
    state.folded.resize((grid.chunks() + 63) / 64);
    for (std::uint64_t number = 0; number < state.version; ++number)
      state.folded[number / 64] |= std::uint64_t{1} << (number % 64);
    all.push_back(std::move(state));
  }
  return all;
}

void training::save_checkpoint() {
  if (!checkpoints_.is_on())
    return;
  if (const auto trouble = checkpoints_.save(states()); !trouble.empty())
    tell(trouble);
}

} // namespace dk
