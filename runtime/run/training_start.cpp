// What a training starts from, and the actors that it spawns.
#include "actors/server/parameter_server.hpp"
#include "actors/worker/row_reader.hpp"
#include "nn/keys.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/record/commit_format.hpp"
#include "runtime/record/recorder.hpp"
#include "runtime/run/preflight.hpp"
#include "runtime/run/training.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <thread>

namespace dk {

namespace {

stop_rule stop_rule_of(const nlohmann::json& keys) {
  stop_rule rule;
  rule.rows = keys.value("rows", rule.rows);
  rule.seconds = keys.value("seconds", rule.seconds);
  rule.loss = keys.value("loss", rule.loss);
  rule.accuracy = keys.value("accuracy", rule.accuracy);
  return rule;
}

// The shards measure how far the center has moved since a commit's base where they can keep the bases: in one process
// the workers hold the same blocks anyway; of nodes each worker costs a model of memory here.
bool bases_cost_little(const job& which, std::size_t weights) {
  constexpr std::size_t little = std::size_t{256} << 20U; // bytes
  return which.cluster.nodes.empty() || which.trainer.workers * weights * sizeof(float) <= little;
}

} // namespace

void training::plan_tracks() {
  if (alone())
    for (std::size_t i = 0; i < members_.size(); ++i)
      tracks_.push_back({{}, members_[i].grid, {}});
  else
    tracks_.push_back({{}, grid_, {}});
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    auto& one = tracks_[i];
    if (options_.resume != nullptr)
      one.resumed = alone() ? options_.resume->shards[i].folded : options_.resume->done();
    total_rows_ += one.grid.total_rows();
    resumed_rows_ += one.resumed.rows(one.grid);
  }
}

// What never changes, so that workers get it once.
void training::take_frozen() {
  frozen_.resize(std::max<std::size_t>(1, members_.size()));
  for (std::size_t i = 0; split_.num_frozen() > 0 && i < frozen_.size(); ++i)
    frozen_[i] = split_.frozen_of(first_weights(i));
}

// What the parameters start from: the center's, or all models', one after the other.
block training::start_weights() const {
  std::vector<block> pieces;
  if (options_.resume != nullptr)
    for (const auto& shard : options_.resume->shards)
      pieces.push_back(shard.weights);
  else if (alone())
    for (std::size_t i = 0; i < members_.size(); ++i)
      pieces.push_back(split_.free_of(first_weights(i)));
  else
    pieces.push_back(split_.free_of(first_weights(0)));
  return block::joined(pieces);
}

// All weights that a model of the run starts from.
block training::first_weights(std::size_t model) const {
  const auto size = split_.num_all();
  const auto& start = options_.start;
  if (!start.empty())
    return start.size() == size * members_.size() ? start.slice(model * size, size) : start;
  const auto& which = alone() ? members_[model].which : job_;
  auto fresh = make_model(which, rows_.label_width);
  fresh.initialize(which.seed);
  return split_.num_frozen() > 0 ? fresh.all_weights() : fresh.release_weights();
}

std::vector<worker_part> training::parts() {
  std::vector<worker_part> all;
  const auto reader_of = [&](const job& which, const data::dataset& rows, data::sampling sampling) {
    return rows.stored ? system_.spawn(row_reader, row_reader_setup{rows, which.seed, which.data.shuffle, sampling})
                       : row_reader_actor{};
  };
  if (!alone()) {
    const auto reader = reader_of(job_, rows_, data::sampling::every_row);
    for (std::size_t i = 0; i < job_.trainer.workers; ++i)
      all.push_back({job_, tracks_.front().ledger, rows_, data::sampling::every_row, reader, frozen_of(0), {}, {}});
  }
  const auto size = alone() ? start_.size() / members_.size() : 0;
  for (std::size_t i = 0; i < members_.size(); ++i)
    all.push_back({members_[i].which,
                   tracks_[i].ledger,
                   members_[i].rows,
                   members_[i].sampling,
                   reader_of(members_[i].which, members_[i].rows, members_[i].sampling),
                   frozen_of(i),
                   start_.slice(i * size, size),
                   {}});
  if (resumes_workers())
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i].resumed = options_.resume->workers.at(i);
  else if (alone() && options_.resume == nullptr && !options_.moments.empty())
    for (auto& one : all)
      one.resumed = {0, own_optimizer_of(job_).name,
                     nn::value_or<std::uint64_t>(own_optimizer_of(job_), "iterations", 0), one.alone_start,
                     options_.moments};
  return all;
}

void training::spawn_recorder() {
  recorder_setup setup;
  if (options_.folder) {
    setup.history = options_.folder->history();
    if (job_.trainer.record && !alone())
      setup.commits = options_.folder->commits();
    if (!setup.commits.empty())
      setup.header = first_line();
    if (validates())
      setup.validation = options_.folder->validation();
  }
  setup.listener = caf::actor{self_};
  setup.grid = grid_;
  if (!alone())
    setup.folded.resize(job_.trainer.servers);
  for (std::size_t i = 0; i < setup.folded.size() && options_.resume != nullptr; ++i)
    setup.folded[i] = options_.resume->shards[i].folded;
  setup.so_far = where_.earlier();
  recorder_ = system_.spawn(recorder, setup);
  self_->monitor(recorder_);
}

// What this start of the run begins commits.jsonl with.
std::string training::first_line() const {
  if (options_.resume == nullptr)
    return commits_header(job_, grid_).dump();
  std::vector<std::uint64_t> versions;
  for (const auto& shard : options_.resume->shards)
    versions.push_back(shard.version);
  const bool same = options_.resume->shards.front().grid.epochs == grid_.epochs;
  return restart_line(run_epoch(), versions, resumes_workers(), same ? 0 : grid_.epochs).dump();
}

bool training::resumes_workers() const {
  return options_.resume != nullptr && !options_.resume->workers.empty() && keeps_workers(job_);
}

void training::spawn_servers() {
  const auto offsets = shard_offsets(start_.size(), job_.trainer.servers);
  for (std::uint32_t i = 0; i + 1 < offsets.size(); ++i) {
    server_setup setup;
    setup.shard = i;
    setup.offset = offsets[i];
    setup.start = {0, start_.slice(offsets[i], offsets[i + 1] - offsets[i])};
    if (options_.resume != nullptr) {
      setup.start.version = options_.resume->shards[i].version;
      setup.folded = options_.resume->shards[i].folded;
    }
    setup.grid = grid_;
    setup.run_epoch = run_epoch();
    setup.rule = rule_.server(job_.trainer.algorithm.keys, job_.trainer.optimizer);
    setup.policy = policy_of(job_);
    setup.keep_bases = bases_cost_little(job_, start_.size());
    setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
    shards_.push_back({where_.spawn_server(system_, setup), offsets[i], 0, setup.start});
    self_->monitor(shards_.back().server);
  }
}

void training::spawn_ledgers() {
  ledger_setup setup;
  setup.barrier = barrier_of(rule_);
  setup.how = job_.trainer.assignment == "static" ? assignment::fixed : assignment::dynamic;
  setup.workers = alone() ? 1 : static_cast<std::uint32_t>(job_.trainer.workers);
  for (const auto& link : shards_)
    setup.servers.push_back(link.server);
  setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
  setup.rate = earlier_rate();
  setup.stop = stop_rule_of(job_.trainer.stop);
  for (auto& one : tracks_) {
    setup.grid = one.grid;
    setup.done = one.resumed;
    one.ledger = where_.spawn_ledger(system_, job_, setup);
    self_->monitor(one.ledger);
  }
}

} // namespace dk
