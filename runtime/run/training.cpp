#include "runtime/run/training.hpp"

#include "actors/protocol/errors.hpp"
#include "common/log.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/record/commit_format.hpp"
#include "runtime/run/advice.hpp"
#include "runtime/run/forecast.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

using std::chrono::milliseconds;

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
    return run_to_the_end();
  } catch (const std::exception&) {
    if (launched_) {
      checkpoints_.save_what_there_is(*cluster_);
      validation_.keep_what_there_is();
    }
    throw;
  }
}

run_result training::run_to_the_end() {
  try {
    while (!ended_)
      look_around();
    return finish();
  } catch (const failure& why) {
    if (why.code() == errc::connect)
      look_for_ends();
    throw;
  }
}

void training::start() {
  if (const auto advice = advice_on(run_.which); run_.where.advises() && !advice.empty())
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

void training::spawn_recorder() {
  const auto& options = run_.options;
  const bool commits = run_.rule.has_server();
  recorder_setup setup;
  if (options.folder) {
    setup.history = options.folder->history();
    if (run_.which.trainer.record && commits) {
      setup.commits = options.folder->commits();
      setup.header = first_line();
    }
    if (validation_.is_on())
      setup.validation = options.folder->validation();
  }
  setup.listener = caf::actor{self_};
  setup.grid = grid_of(run_.which, run_.rows.rows);
  if (commits)
    setup.folded.resize(run_.which.trainer.servers);
  for (std::size_t i = 0; i < setup.folded.size() && options.resume != nullptr; ++i)
    setup.folded[i] = options.resume->shards[i].folded;
  setup.so_far = run_.where.earlier();
  recorder_ = system_.spawn(recorder, setup);
  self_->monitor(recorder_);
}

// What this session begins commits.jsonl with.
std::string training::first_line() const {
  const auto* const resume = run_.resume();
  const auto& grid = tracks_.front().grid;
  if (resume == nullptr)
    return commits_header(run_.which, grid).dump();
  std::vector<std::uint64_t> versions;
  for (const auto& shard : resume->shards)
    versions.push_back(shard.version);
  const bool same = resume->shards.front().grid.epochs == grid.epochs;
  return restart_line(run_.session(), versions, run_.resumes_workers(), same ? 0 : grid.epochs).dump();
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

// Waits a little for news, then does what is due.
void training::look_around() {
  auto patience = run_.where.wait_for_news(self_);
  for (bool heard = true; heard && !ended_; patience = milliseconds{0}) { // all there is, before anybody is waited for
    self_->receive([&](const run_event& event) { hear(event); },
                   [&](const validation_report& measured) { validation_.hear(measured); },
                   [&](const process_exit& what) { cluster_->hear(what); }, [&](caf::down_msg& down) { hear(down); },
                   caf::after(patience) >> [&] { heard = false; });
    if (run_.where.goes_step_by_step())
      break;
  }
  if (run_.options.stop != nullptr && run_.options.stop->load() && !stop_sent_) {
    stop_sent_ = true;
    for (const auto& one : ledgers_)
      self_->send(one, stop_atom_v);
  }
  if (!ended_)
    show_progress();
  if (!ended_ && checkpoints_.is_due())
    checkpoints_.save(*cluster_, ended_);
  if (!ended_ && validation_.is_due())
    validation_.keep_best();
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

void training::hear(const run_event& event) {
  switch (event.what) {
  case run_event::kind::worker_joined:
    log()->info("{} joined", cluster_->describe(event.worker));
    break;
  case run_event::kind::worker_left:
    log()->info("{} finished", cluster_->describe(event.worker));
    break;
  case run_event::kind::worker_stalled:
    run_.tell(cluster_->describe(event.worker) + " " + event.text + "; " + event.consequence);
    cluster_->put_down(event.worker);
    break;
  case run_event::kind::worker_lost: {
    const auto cause = cluster_->cause_of_death(event.worker);
    run_.tell(cluster_->describe(event.worker) + " " + (cause.empty() ? "failed: " + event.text : cause) + "; " +
              event.consequence);
    break;
  }
  case run_event::kind::noted:
    run_.tell(event.text);
    break;
  case run_event::kind::finished:
    ended_ = ++finished_ == ledgers_.size();
    break;
  case run_event::kind::failed:
    throw failure{event.code, event.text};
  }
}

} // namespace dk
