#include "runtime/run/run_validation.hpp"

#include "actors/validator/validator.hpp"
#include "nn/files/model_file.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/record/validation_format.hpp"

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

void run_validation::end() {
  for (const auto& actor : {caf::actor_cast<caf::actor>(validator_), caf::actor_cast<caf::actor>(loader_)})
    if (actor)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

bool run_validation::is_on() const {
  return run_.options.validation != nullptr && !is_ensemble(run_.which);
}

void run_validation::recall(std::uint64_t resumed) {
  if (!is_on() || run_.resume() == nullptr || !run_.options.folder)
    return;
  earlier_ = read_validation(run_.options.folder->validation());
  for (auto& one : earlier_)
    one.last = one.last || one.trained > resumed;
}

double run_validation::earlier_rate() const {
  const auto due = std::find_if(earlier_.rbegin(), earlier_.rend(), [](const auto& one) { return !one.last; });
  return due == earlier_.rend() ? 1 : double{due->rate};
}

void run_validation::spawn(const weight_holder& holder, const track& only, const ledger_actor& ledger,
                           const caf::actor& recorder) {
  if (!is_on())
    return;
  const auto& held_out = *run_.options.validation;
  validator_setup setup;
  for (const auto& link : holder.shards())
    setup.shards.push_back({link.server, link.offset});
  setup.ledger = ledger;
  loader_ = run_.system.spawn(data_loader, loader_setup{held_out, file_order, false});
  setup.loader = loader_;
  setup.rows = held_out.rows;
  setup.make_model = [which = run_.which, width = held_out.label_width, frozen = holder.frozen_of(0)] {
    auto model = make_model(which, width);
    model.set_frozen(frozen);
    return model;
  };
  setup.metrics = run_.which.trainer.metrics;
  setup.grid = only.grid;
  setup.every = run_.which.trainer.validation_every;
  setup.trained = only.resumed.rows(only.grid);
  setup.chunks = only.resumed.size();
  setup.rule = rule_of(run_.which.trainer);
  setup.earlier = earlier_;
  setup.watchers = {recorder};
  if (run_.options.folder)
    setup.on_best = [which = run_.which, path = run_.options.folder->best_model()](const nn::model& best) {
      nn::save_model(path, architecture_of(which), which.trainer.loss, which.trainer.optimizer,
                     best.all_weights().data());
    };
  const auto& nodes = run_.which.cluster.nodes;
  const bool asks_elsewhere = !nodes.empty() && (holder.shards().empty() || serves_on_nodes(run_.which));
  validator_ = run_.where.spawn_validator(run_.system, std::move(setup), asks_elsewhere);
  run_.self->monitor(validator_);
  holder.announce(validator_, ledger);
}

void run_validation::introduce(const weight_holder& holder, const cluster& workers) const {
  if (validator_)
    holder.introduce(validator_, workers);
}

bool run_validation::finish(run_result& result) const {
  if (!validator_)
    return false;
  result.validation = run_.ask<validation_report>(validator_, finish_atom_v);
  result.best_weights = run_.ask<center>(validator_, state_atom_v).weights;
  return true;
}

void run_validation::choose_best(run_result& result) const {
  auto all = earlier_;
  all.insert(all.end(), result.numbers.validation.begin(), result.numbers.validation.end());
  const auto best = std::find_if(all.rbegin(), all.rend(), [](const auto& one) { return one.best; });
  if (best != all.rend())
    result.best = *best;
}

} // namespace dk
