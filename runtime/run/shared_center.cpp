#include "runtime/run/shared_center.hpp"

#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

// The shards measure how far the center has moved since a commit's base where they can keep the bases: in one process
// the workers hold the same blocks anyway; of nodes each worker costs a model of memory here.
bool bases_cost_little(const job& which, std::size_t weights) {
  constexpr std::size_t little = std::size_t{256} << 20U; // bytes
  return which.cluster.nodes.empty() || which.trainer.workers * weights * sizeof(float) <= little;
}

} // namespace

shared_center::shared_center(const run_context& run) : weight_holder(run), grid_(grid_of(run.which, run.rows.rows)) {
  take_frozen();
  start_ = start_weights();
}

std::vector<track> shared_center::tracks() const {
  return {{grid_, run_.resume() == nullptr ? chunk_set{} : run_.resume()->done()}};
}

block shared_center::first_weights(std::size_t) const {
  if (!run_.options.start.empty())
    return run_.options.start;
  auto fresh = make_model(run_.which, run_.rows.label_width);
  fresh.initialize(run_.which.seed);
  return run_.split.num_frozen() > 0 ? fresh.all_weights() : fresh.release_weights();
}

void shared_center::launch_shards(cluster& hosts, const caf::actor& recorder) {
  const auto offsets = shard_offsets(start_.size(), run_.which.trainer.servers);
  std::vector<server_terms> all;
  for (std::uint32_t i = 0; i + 1 < offsets.size(); ++i) {
    server_terms terms;
    terms.shard = i;
    terms.session = run_.session();
    terms.offset = offsets[i];
    terms.start = {0, start_.slice(offsets[i], offsets[i + 1] - offsets[i])};
    if (run_.resume() != nullptr) {
      terms.start.version = run_.resume()->shards[i].version;
      terms.folded = run_.resume()->shards[i].folded;
    }
    terms.grid = grid_;
    terms.keep_bases = bases_cost_little(run_.which, start_.size());
    terms.watcher = recorder;
    all.push_back(std::move(terms));
  }
  shards_ = hosts.launch_servers(run_.which, all);
  for (const auto& link : shards_)
    run_.self->monitor(link.server);
}

std::vector<worker_part> shared_center::parts(const std::vector<ledger_actor>& ledgers) const {
  const auto reader = reader_of(run_.which, run_.rows, data::sampling::every_row);
  const auto how = recipe();
  std::vector<worker_part> all;
  for (std::uint32_t i = 0; i < run_.which.trainer.workers; ++i) {
    auto terms = terms_of(i, ledgers.front(), 0);
    if (run_.resumes_workers())
      terms.resumed = run_.resume()->workers.at(i);
    all.push_back({run_.which, run_.rows, data::sampling::every_row, reader, std::move(terms), how});
  }
  return all;
}

void shared_center::forget_start() {
  start_ = {};
  for (auto& link : shards_)
    link.start = {};
}

void shared_center::collect(run_result& result, const cluster&, std::uint64_t, std::uint64_t) const {
  std::vector<block> weights;
  std::vector<shard_tally> tallies;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    tallies.push_back(ask_shard<shard_tally>(i, tally_atom_v));
    const auto now = ask_shard<center>(i, newest_atom_v);
    weights.push_back(now.weights);
    result.versions.push_back(now.version);
  }
  auto seen = result.numbers.seen;
  if (run_.options.folder && run_.which.trainer.record)
    if (const auto logged = rows_in_log(run_.options.folder->commits(), grid_, shards_.size()))
      seen.insert(seen.end(), logged->begin(), logged->end());
  account(tallies, seen, result.rows);
  auto whole = block::joined(weights);
  weights.clear();
  result.weights = run_.split.join(whole, frozen_of(0));
}

std::size_t shared_center::workers_to_hold() const {
  return keeps_workers(run_.which) && run_.where.holds_workers() ? 1 : 0;
}

// They are what was sent to the shards.
std::vector<shard_state> shared_center::first_states() const {
  std::vector<shard_state> all;
  for (std::uint32_t i = 0; i < shards_.size(); ++i)
    all.push_back({i, shards_[i].offset, shards_[i].start.version, shards_[i].start.weights, grid_, {}});
  return all;
}

std::vector<shard_state> shared_center::states(const std::vector<replica_state>&) const {
  std::vector<shard_state> all;
  for (std::size_t i = 0; i < shards_.size(); ++i)
    all.push_back(ask_shard<shard_state>(i, state_atom_v));
  return all;
}

} // namespace dk
