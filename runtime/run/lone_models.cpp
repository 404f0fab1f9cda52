#include "runtime/run/lone_models.hpp"

#include "nn/keys.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

lone_models::lone_models(const run_context& run) : weight_holder(run), models_(lone_models_of(run.which, run.rows)) {
  take_frozen();
  start_ = start_weights();
}

std::vector<track> lone_models::tracks() const {
  std::vector<track> all;
  for (std::size_t i = 0; i < models(); ++i)
    all.push_back({models_[i].grid, run_.resume() == nullptr ? chunk_set{} : run_.resume()->shards[i].folded});
  return all;
}

// One start that is given is that of all models, or there is one for each.
block lone_models::first_weights(std::size_t model) const {
  const auto size = run_.split.num_all();
  const auto& start = run_.options.start;
  if (!start.empty())
    return start.size() == size * models() ? start.slice(model * size, size) : start;
  const auto& which = models_[model].which;
  auto fresh = make_model(which, run_.rows.label_width);
  fresh.initialize(which.seed);
  return run_.split.num_frozen() > 0 ? fresh.all_weights() : fresh.release_weights();
}

block lone_models::start_of(std::size_t model) const {
  const auto size = start_.size() / models();
  return start_.slice(model * size, size);
}

std::vector<worker_part> lone_models::parts(const std::vector<ledger_actor>& ledgers) const {
  std::vector<worker_part> all;
  const auto optimizer = own_optimizer_of(run_.which);
  const auto how = recipe();
  for (std::uint32_t i = 0; i < models(); ++i) {
    const auto& one = models_[i];
    auto terms = terms_of(i, ledgers[i], i);
    terms.alone_start = start_of(i);
    if (run_.resumes_workers())
      terms.resumed = run_.resume()->workers.at(i);
    else if (run_.resume() == nullptr && !run_.options.moments.empty())
      terms.resumed = {0, optimizer.name, nn::value_or<std::uint64_t>(optimizer, "iterations", 0), terms.alone_start,
                       run_.options.moments};
    auto reader = reader_of(one.which, one.rows, one.sampling);
    all.push_back({one.which, one.rows, one.sampling, std::move(reader), std::move(terms), how});
  }
  return all;
}

void lone_models::introduce(const validator_face& validator, const cluster& workers) const {
  run_.self->send(validator, caf::join_atom_v, caf::actor_cast<caf::strong_actor_ptr>(workers.worker_of(0)));
}

// Nobody folds in what these train: what was reported is held against what the ledgers counted.
void lone_models::collect(run_result& result, const cluster& workers, std::uint64_t done, std::uint64_t resumed) const {
  std::vector<block> weights;
  for (std::uint32_t i = 0; i < models(); ++i)
    weights.push_back(run_.split.join(run_.ask<center>(workers.worker_of(i), state_atom_v).weights, frozen_of(i)));
  result.weights = block::joined(weights);
  result.numbers.updates = result.numbers.chunks;
  const auto reported = result.numbers.rows + resumed;
  account({}, {{reported, std::min(reported, result.rows.expected)}, {done, done}}, result.rows);
}

std::vector<shard_state> lone_models::first_states() const {
  std::vector<shard_state> all;
  for (std::uint32_t i = 0; i < models(); ++i)
    all.push_back({i, i * start_of(i).size(), 0, start_of(i), models_[i].grid, {}});
  return all;
}

std::vector<shard_state> lone_models::states(const std::vector<replica_state>& held) const {
  const auto planned = tracks();
  std::vector<shard_state> all;
  for (std::uint32_t i = 0; i < held.size(); ++i) {
    const auto& replica = held[i];
    const auto chunks = replica.chunks + planned[i].resumed.size();
    all.push_back({i, i * replica.weights.size(), chunks, replica.weights, planned[i].grid, chunk_set::up_to(chunks)});
  }
  return all;
}

} // namespace dk
