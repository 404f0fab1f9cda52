#include "runtime/run/training.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/advice.hpp"
#include "runtime/run/preflight.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <thread>

namespace dk {

namespace {

using std::chrono::milliseconds;

constexpr double progress_every = 0.2; // seconds

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

} // namespace

training::training(const job& which, const data::dataset& rows, const run_options& options)
    : job_(which), rows_(rows), options_(options), rule_(*find_algorithm(which.trainer.algorithm.name)),
      grid_(grid_of(which, rows.rows)), members_(members_of(which, rows)),
      where_(options.where != nullptr ? *options.where : here_), config_(where_.system(which)), system_(config_),
      self_(system_), split_(architecture_of(which)),
      checkpoints_(options.folder && where_.keeps_checkpoints() ? options.folder->checkpoints() : "") {
  where_.enter(system_);
  cluster_ = where_.make_cluster(self_, which, [this](const std::string& text) { tell(text); });
}

training::~training() {
  cluster_->close();
  for (const auto& one : tracks_)
    if (one.ledger)
      caf::anon_send_exit(one.ledger, caf::exit_reason::user_shutdown);
  for (const auto& actor : {caf::actor_cast<caf::actor>(recorder_), caf::actor_cast<caf::actor>(validator_),
                            caf::actor_cast<caf::actor>(validation_loader_)})
    if (actor)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  for (const auto& link : shards_)
    caf::anon_send_exit(link.server, caf::exit_reason::user_shutdown);
  where_.leave();
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
  } catch (const std::exception&) {
    save_what_there_is();
    throw;
  }
}

void training::start() {
  if (const auto advice = advice_on(job_); where_.advises() && !advice.empty())
    tell(advice);
  take_frozen();
  start_ = start_weights();
  plan_tracks();
  recall_validation();
  spawn_recorder();
  if (!alone())
    spawn_servers();
  spawn_ledgers();
  spawn_validator();
  save_first_checkpoint();
  started_ = system_.clock().now();
  really_started_ = clock::now();
  launched_ = true;
  cluster_->launch({parts(), run_epoch(), shards_});
  if (alone() && validator_)
    self_->send(validator_, caf::join_atom_v, caf::actor_cast<caf::strong_actor_ptr>(cluster_->hand(0)));
}

run_result training::finish() {
  run_result result;
  result.training_seconds = seconds_so_far();
  result.real_seconds = seconds_since(really_started_);
  result.messages = where_.messages();
  collect(result);
  save_checkpoint();
  finish_validation(result);
  show_progress();
  return result;
}

// Waits a little for news, then does what is due.
void training::look_around() {
  auto patience = where_.wait_for_news(self_);
  for (bool heard = true; heard && !ended_; patience = milliseconds{0}) { // all there is, before anybody is waited for
    self_->receive([&](const run_event& event) { hear(event); },
                   [&](const process_exit& what) { cluster_->hear(what); }, [&](caf::down_msg& down) { hear(down); },
                   caf::after(patience) >> [&] { heard = false; });
    if (where_.goes_step_by_step())
      break;
  }
  if (options_.stop != nullptr && options_.stop->load() && !stop_sent_) {
    stop_sent_ = true;
    for (const auto& one : tracks_)
      self_->send(one.ledger, stop_atom_v);
  }
  if (!ended_)
    show_progress();
  if (!ended_ && where_.can_be_resumed() && checkpoints_.is_due())
    save_checkpoint();
}

void training::show_progress() {
  if (!options_.progress || (!ended_ && seconds_since(last_progress_) < progress_every))
    return;
  last_progress_ = clock::now();
  run_progress now{statistics(), total_rows_, {}, resumed_rows_, seconds_so_far(), seconds_since(really_started_)};
  for (const auto& [number, epoch] : now.numbers.epochs)
    if (epoch.all.rows == total_rows_ / grid_.epochs)
      now.whole_epochs.push_back(number);
  options_.progress(now);
}

void training::tell(const std::string& text) const {
  log()->info(text);
  if (options_.notice)
    options_.notice(text);
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
    tell(cluster_->describe(event.worker) + " " + event.text + "; " + event.consequence);
    cluster_->put_down(event.worker);
    break;
  case run_event::kind::worker_lost: {
    const auto cause = cluster_->cause_of_death(event.worker);
    tell(cluster_->describe(event.worker) + " " + (cause.empty() ? "failed: " + event.text : cause) + "; " +
         event.consequence);
    break;
  }
  case run_event::kind::noted:
    tell(event.text);
    break;
  case run_event::kind::finished:
    ended_ = ++finished_ == tracks_.size();
    break;
  case run_event::kind::failed:
    throw failure{event.code, event.text};
  }
}

void training::hear(const caf::down_msg& down) {
  cluster_->hear(down);
  const auto is = [&](const auto& actor) { return actor && actor.address() == down.source; };
  const bool ours = is(recorder_) || is(validator_) ||
                    std::any_of(tracks_.begin(), tracks_.end(), [&](const auto& t) { return is(t.ledger); }) ||
                    std::any_of(shards_.begin(), shards_.end(), [&](const auto& s) { return is(s.server); });
  if (ours)
    throw to_failure(down.reason);
}

} // namespace dk
