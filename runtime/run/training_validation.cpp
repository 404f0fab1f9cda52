// What a training does about rows that are held out: measures centers on them while it goes on.
#include "actors/protocol/errors.hpp"
#include "actors/validator/validator.hpp"
#include "nn/model_file.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/record/validation_format.hpp"
#include "runtime/run/training.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

constexpr std::uint64_t file_order = 0;

validation_rule rule_of(const trainer_config& trainer) {
  validation_rule rule;
  rule.by_accuracy = trainer.monitor == "accuracy";
  rule.min_delta = trainer.stop.value("min_delta", 0.0);
  if (trainer.stop.contains("patience"))
    rule.patience = trainer.stop.at("patience").get<std::uint64_t>();
  if (trainer.scheme.name == "emperor")
    rule.emperor = emperor_rule{trainer.scheme.keys.at("threshold"), trainer.scheme.keys.at("divide_by")};
  return rule;
}

} // namespace

// At what rate, in parts of the configured one, the workers go on.
double training::earlier_rate() const {
  const auto due = std::find_if(earlier_.rbegin(), earlier_.rend(), [](const auto& one) { return !one.last; });
  return due == earlier_.rend() ? 1 : double{due->rate};
}

// What earlier starts of the run have measured. A center that was trained beyond the checkpoint may be the best of all,
// but what comes next does not follow from it.
void training::recall_validation() {
  if (!validates() || options_.resume == nullptr || !options_.folder)
    return;
  earlier_ = read_validation(options_.folder->validation());
  for (auto& one : earlier_)
    one.last = one.last || one.trained > resumed_rows_;
}

void training::spawn_validator() {
  if (!validates())
    return;
  const auto& only = tracks_.front();
  const auto& held_out = *options_.validation;
  validator_setup setup;
  for (const auto& link : shards_)
    setup.shards.push_back({link.server, link.offset});
  setup.ledger = only.ledger;
  validation_loader_ = system_.spawn(data_loader, loader_setup{held_out, file_order, false});
  setup.loader = validation_loader_;
  setup.rows = held_out.rows;
  setup.make_model = [which = job_, width = held_out.label_width, frozen = frozen_of(0)] {
    auto model = make_model(which, width);
    model.set_frozen(frozen);
    return model;
  };
  setup.metrics = job_.trainer.metrics;
  setup.grid = grid_;
  setup.every = job_.trainer.validation_every;
  setup.trained = resumed_rows_;
  setup.chunks = only.resumed.size();
  setup.rule = rule_of(job_.trainer);
  setup.earlier = earlier_;
  setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
  if (options_.folder)
    setup.on_best = [which = job_, path = options_.folder->best_model()](const nn::model& best) {
      nn::save_model(path, architecture_of(which), which.trainer.loss, which.trainer.optimizer,
                     best.all_weights().data());
    };
  const bool known_elsewhere = alone() && !job_.cluster.nodes.empty(); // as it asks a worker there
  validator_ = where_.spawn_validator(system_, std::move(setup), known_elsewhere);
  self_->monitor(validator_);
  const auto watcher = caf::actor_cast<caf::actor>(validator_);
  if (alone())
    self_->send(only.ledger, watch_atom_v, watcher);
  for (const auto& link : shards_)
    self_->send(link.server, watch_atom_v, watcher);
}

void training::finish_validation(run_result& result) {
  if (!validator_)
    return;
  result.validation = ask<validation_report>(validator_, finish_atom_v); // it measures as long as that takes
  result.best_weights = ask<center>(validator_, state_atom_v).weights;
  result.numbers.validation = statistics().validation;
  auto all = earlier_;
  all.insert(all.end(), result.numbers.validation.begin(), result.numbers.validation.end());
  const auto best = std::find_if(all.rbegin(), all.rend(), [](const auto& one) { return one.best; });
  if (best != all.rend())
    result.best = *best;
}

} // namespace dk
