// What a training asks its actors: for its result, and for a checkpoint.
#include "actors/protocol/errors.hpp"
#include "nn/model_file.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/run/training.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <filesystem>

namespace dk {

run_statistics training::statistics() {
  return ask<run_statistics>(recorder_, tally_atom_v);
}

void training::collect(run_result& result) {
  result.numbers = statistics();
  std::uint64_t done = 0;
  for (const auto& one : tracks_) {
    const auto work = ask<ledger_tally>(one.ledger, tally_atom_v);
    result.stopped = result.stopped || work.stopped;
    result.rows.expected += work.expected_rows;
    result.rows.redone += work.redone_chunks;
    done += work.done_rows;
  }
  if (alone())
    collect_models(result, done);
  else
    collect_center(result);
}

// Nobody folds in what these train: what was reported is held against what the ledgers counted.
void training::collect_models(run_result& result, std::uint64_t done) {
  std::vector<block> weights;
  for (std::uint32_t i = 0; i < members_.size(); ++i)
    weights.push_back(split_.join(ask<center>(cluster_->hand(i), state_atom_v).weights, frozen_of(i)));
  result.weights = block::joined(weights);
  result.numbers.updates = result.numbers.chunks;
  const auto reported = result.numbers.rows + resumed_rows_;
  account({}, {{reported, std::min(reported, result.rows.expected)}, {done, done}}, result.rows);
}

void training::collect_center(run_result& result) {
  std::vector<block> weights;
  std::vector<shard_tally> tallies;
  for (const auto& link : shards_) {
    tallies.push_back(ask<shard_tally>(link.server, tally_atom_v));
    const auto now = ask<center>(link.server, newest_atom_v);
    weights.push_back(now.weights);
    result.versions.push_back(now.version);
  }
  auto seen = result.numbers.seen;
  if (options_.folder && job_.trainer.record)
    if (const auto logged = rows_in_log(options_.folder->commits(), grid_, shards_.size()))
      seen.insert(seen.end(), logged->begin(), logged->end());
  account(tallies, seen, result.rows);
  result.weights = split_.join(block::joined(weights), frozen_of(0));
}

std::size_t training::workers_to_hold() const {
  return alone() ? members_.size() : keeps_workers(job_) && where_.holds_workers() ? 1 : 0;
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
    const auto chunks = replica.chunks + resumed.size();
    all.push_back({i, i * replica.weights.size(), chunks, replica.weights, grid, chunk_set::up_to(chunks)});
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

// Before anybody works: a run that is killed from now on can be gone on with.
void training::save_first_checkpoint() {
  if (!checkpoints_.is_on() || !where_.can_be_resumed() || options_.resume != nullptr)
    return;
  resume_state now{run_epoch(), {}, {}};
  if (alone()) {
    const auto size = start_.size() / members_.size();
    for (std::uint32_t i = 0; i < members_.size(); ++i)
      now.shards.push_back({i, i * size, 0, start_.slice(i * size, size), tracks_[i].grid, {}});
  } else {
    now.shards = shard_states();
  }
  save(now);
}

void training::save_checkpoint() {
  if (!checkpoints_.is_on())
    return;
  const bool may_hold = ended_ || clock::now() >= next_hold_;
  if (!may_hold)
    return alone() ? void() : save(standing_without_workers());
  resume_state now;
  try {
    now = standing();
  } catch (const failure& why) {
    release_workers();
    if (alone() && ended_)
      throw;
    next_hold_ = clock::now() + std::chrono::minutes{5}; // meanwhile there is more to do than to wait for it
    const auto trouble = "the worker did not report its state: " + std::string{why.what()};
    if (alone())
      return tell(trouble + "; checkpoint not written; the run continues");
    tell(trouble + "; a resumed run starts with a new one");
    now = standing_without_workers();
  }
  save(now);
}

// At an error, which is what the run is to end with, whatever becomes of this.
void training::save_what_there_is() {
  if (!checkpoints_.is_on() || !launched_)
    return;
  resume_state now;
  try {
    now = alone() ? standing() : standing_without_workers();
  } catch (const std::exception& why) {
    if (!alone()) // else the worker took what it had learned with it
      tell("checkpoint not written: " + std::string{why.what()});
    return;
  }
  try {
    if (std::filesystem::exists(options_.folder->config()))
      return save(now);
    const auto elsewhere = make_run_folder(options_.folder->path + "-rescued", job_.name);
    write_text(elsewhere.config(), to_toml(job_));
    for (std::size_t i = 0; i < std::max<std::size_t>(1, members_.size()); ++i)
      nn::save_model(is_ensemble(job_) ? elsewhere.initial_model_of(i) : elsewhere.initial_model(),
                     architecture_of(job_), job_.trainer.loss, job_.trainer.optimizer, first_weights(i).data());
    write_checkpoints(elsewhere.checkpoints(), now);
    tell("the run's folder was removed; saved to " + elsewhere.path + "; continue with: dk_driver --resume " +
         elsewhere.path);
  } catch (const std::exception& why) {
    tell("checkpoint not written: " + std::string{why.what()});
  }
}

// The logs first: a checkpoint counts on the lines of all that is in it.
void training::save(const resume_state& now) {
  const auto begun = clock::now();
  try {
    for (const auto& one : tracks_)
      ask<ledger_tally>(one.ledger, tally_atom_v); // whose reports have gone on to the recorder by then
  } catch (const failure&) { // it has died, which ends the run; what the shards have, and their commits, can be saved
    if (alone())
      throw;
  }
  ask<bool>(recorder_, sync_atom_v);
  if (const auto trouble = checkpoints_.save(now, begun); !trouble.empty())
    tell(trouble);
}

} // namespace dk
