#include "runtime/run/training.hpp"

#include "actors/protocol/errors.hpp"
#include "common/log.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/advice.hpp"
#include "runtime/run/forecast.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

constexpr double progress_every = 0.2; // seconds

stop_rule stop_rule_of(const nlohmann::json& keys) {
  stop_rule rule;
  rule.rows = keys.value("rows", rule.rows);
  rule.seconds = keys.value("seconds", rule.seconds);
  rule.loss = keys.value("loss", rule.loss);
  rule.accuracy = keys.value("accuracy", rule.accuracy);
  return rule;
}

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

} // namespace

training::training(const job& which, const data::dataset& rows, const run_options& options)
    : config_((options.where != nullptr ? *options.where : here_).system(which)), system_(config_),
      self_(system_), run_{which,
                           rows,
                           options,
                           *which.trainer.algorithm,
                           options.where != nullptr ? *options.where : here_,
                           system_,
                           self_,
                           nn::weight_split{architecture_of(which)}},
      holder_(make_weight_holder(run_)), tracks_(holder_->tracks()), validation_(run_), checkpoints_(run_, *holder_) {
  for (const auto& one : tracks_) {
    total_rows_ += one.grid.total_rows();
    resumed_rows_ += one.resumed.rows(one.grid);
  }
  run_.where.enter(system_);
  cluster_ = run_.where.make_cluster(self_, which, [this](const std::string& text) { run_.tell(text); });
}

training::~training() {
  cluster_->close();
  for (const auto& one : ledgers_)
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  if (recorder_)
    caf::anon_send_exit(recorder_, caf::exit_reason::user_shutdown);
  for (const auto& link : holder_->shards())
    caf::anon_send_exit(link.server, caf::exit_reason::user_shutdown);
  run_.where.leave();
}

double training::seconds_so_far() {
  return std::chrono::duration<double>(system_.clock().now() - started_).count();
}

run_result training::run() {
  try {
    start();
    while (!ended_)
      look_around();
    return finish();
  } catch (const failure& why) {
    const auto cause = cause_of(why);
    save_what_there_is();
    throw failure{cause};
  } catch (const std::exception&) {
    save_what_there_is();
    throw;
  }
}

void training::save_what_there_is() {
  if (!launched_)
    return;
  checkpoints_.save_what_there_is(*cluster_);
  validation_.keep_what_there_is();
}

void training::start() {
  if (run_.where.advises())
    for (const auto& advice : advice_on(run_.which))
      run_.tell(advice);
  if (run_.options.forecast)
    forecast_speed();
  validation_.recall(resumed_rows_);
  spawn_recorder();
  const auto recorder = caf::actor_cast<caf::actor>(recorder_);
  holder_->launch_shards(*cluster_, recorder);
  spawn_ledgers();
  validation_.launch(*cluster_, *holder_, tracks_.front(), ledgers_.front(), recorder_);
  checkpoints_.name(recorder_, ledgers_);
  checkpoints_.save_first();
  started_ = system_.clock().now();
  really_started_ = clock::now();
  launched_ = true;
  cluster_->launch(holder_->parts(ledgers_));
  holder_->forget_start();
  validation_.introduce(*holder_, *cluster_);
}

// A run does not depend on it.
void training::forecast_speed() {
  try {
    const auto hosts = cluster_->measure(run_.which, run_.rows.label_width);
    const auto row_bytes = (run_.rows.feature_width + run_.rows.label_width) * sizeof(float);
    if (const auto text = forecast_text(run_.which, run_.split.num_free(), row_bytes, hosts); !text.empty())
      run_.options.forecast(text);
  } catch (const failure& why) {
    if (why.code() == errc::nodes || why.code() == errc::config)
      throw; // the run would not start
    run_.tell(std::string{"the nodes were not measured: "} + why.what());
  }
}

void training::spawn_ledgers() {
  const auto& trainer = run_.which.trainer;
  ledger_setup setup;
  setup.barrier = barrier_of(run_.rule);
  setup.how = trainer.assignment == "static" ? assignment::fixed : assignment::dynamic;
  setup.workers = static_cast<std::uint32_t>(holder_->workers_of_ledger());
  for (const auto& link : holder_->shards())
    setup.servers.push_back(link.server);
  setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
  setup.rate = validation_.earlier_rate();
  setup.stop = stop_rule_of(trainer.stop);
  for (const auto& one : tracks_) {
    setup.grid = one.grid;
    setup.done = one.resumed;
    ledgers_.push_back(run_.where.spawn_ledger(system_, run_.which, setup));
    self_->monitor(ledgers_.back());
  }
}

run_statistics training::statistics() {
  return run_.ask<run_statistics>(recorder_, tally_atom_v);
}

void training::collect(run_result& result) {
  for (const auto& link : holder_->shards())
    run_.ask<shard_tally>(link.server, tally_atom_v); // what a shard has told the recorder arrives before its answer
  run_.ask<bool>(recorder_, finish_atom_v);
  result.numbers = statistics();
  std::uint64_t done = 0;
  for (const auto& one : ledgers_) {
    const auto work = run_.ask<ledger_tally>(one, tally_atom_v);
    result.stopped = result.stopped || work.stopped;
    result.rows.expected += work.expected_rows;
    result.rows.redone += work.redone_chunks;
    done += work.done_rows;
  }
  holder_->collect(result, *cluster_, done, resumed_rows_);
}

run_result training::finish() {
  run_result result;
  result.training_seconds = seconds_so_far();
  result.real_seconds = seconds_since(really_started_);
  result.messages = run_.where.messages();
  show_progress(); // nothing is trained while the last center is kept and measured
  collect(result);
  checkpoints_.save(*cluster_, ended_);
  if (validation_.finish(result)) {
    result.numbers.validation = statistics().validation;
    validation_.choose_best(result);
  }
  show_progress();
  return result;
}

void training::show_progress() {
  if (!run_.options.progress || (!ended_ && seconds_since(last_progress_) < progress_every))
    return;
  last_progress_ = clock::now();
  run_progress now{statistics(), total_rows_, {}, resumed_rows_, seconds_so_far(), seconds_since(really_started_),
                   ended_};
  for (const auto& [number, epoch] : now.numbers.epochs)
    if (epoch.all.rows == total_rows_ / run_.which.trainer.epochs)
      now.whole_epochs.push_back(number);
  run_.options.progress(now);
}

} // namespace dk
