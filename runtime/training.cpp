#include "runtime/training.hpp"

#include "actors/errors.hpp"
#include "actors/parameter_server.hpp"
#include "runtime/commit_format.hpp"
#include "runtime/enlist.hpp"
#include "runtime/laboratory/laboratory.hpp"
#include "runtime/model_of.hpp"
#include "runtime/preflight.hpp"
#include "runtime/recorder.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <thread>

namespace dk {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds look_every{100};
constexpr double progress_every = 0.2; // seconds

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

stop_rule stop_rule_of(const nlohmann::json& keys) {
  stop_rule rule;
  rule.rows = keys.value("rows", rule.rows);
  rule.seconds = keys.value("seconds", rule.seconds);
  rule.loss = keys.value("loss", rule.loss);
  rule.accuracy = keys.value("accuracy", rule.accuracy);
  return rule;
}

// No more threads than workers: an idle core would take a worker's messages away from the core whose caches are warm.
system_options options_of(const job& which, bool virtual_time) {
  system_options options;
  options.virtual_time = virtual_time;
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  options.threads = which.cluster.nodes.empty() ? std::min(cores, which.trainer.workers) : cores;
  options.network = !which.cluster.nodes.empty();
  options.heartbeat_seconds = which.cluster.heartbeat;
  options.connection_timeout_seconds = which.cluster.connection_timeout;
  return options;
}

} // namespace

training::training(const job& which, const data::dataset& rows, const run_options& options)
    : job_(which), rows_(rows), options_(options), rule_(*find_algorithm(which.trainer.algorithm.name)),
      grid_(grid_of(which, rows.rows)), config_(options_of(which, options.laboratory != nullptr)), system_(config_),
      self_(system_),
      checkpoints_(options.folder && options.replay == nullptr ? options.folder->checkpoints() : "", run_epoch()) {
  if (options.laboratory != nullptr) {
    timeline_.emplace(system_);
    cluster_ = make_cluster_in_laboratory(system_, *options.laboratory);
  } else if (which.cluster.nodes.empty()) {
    cluster_ = make_cluster_here(system_);
  } else {
    cluster_ = make_cluster_on_nodes(self_, which.cluster, [this](const std::string& text) { tell(text); });
  }
}

training::~training() {
  cluster_->close();
  for (const auto& actor : {caf::actor_cast<caf::actor>(ledger_), caf::actor_cast<caf::actor>(recorder_)})
    if (actor)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  for (const auto& link : shards_)
    caf::anon_send_exit(link.server, caf::exit_reason::user_shutdown);
  if (timeline_)
    timeline_->end();
}

double training::seconds_so_far() {
  return std::chrono::duration<double>(system_.clock().now() - started_).count();
}

milliseconds training::timeout() const {
  return milliseconds{static_cast<long>(job_.cluster.request_timeout * 1000)};
}

run_result training::run() {
  start_ = start_weights();
  if (options_.resume != nullptr)
    resumed_ = options_.resume->done();
  for (const auto& chunk : resumed_)
    resumed_rows_ += grid_.range(chunk).size();
  spawn_recorder();
  if (!alone())
    spawn_servers();
  if (options_.replay != nullptr)
    spawn_schedule();
  else
    spawn_ledger();
  started_ = system_.clock().now();
  really_started_ = clock::now();
  cluster_->launch({job_, rows_, run_epoch(), ledger_, shards_, alone() ? start_ : block{}});
  while (!ended_)
    look_around();
  run_result result;
  result.training_seconds = seconds_so_far();
  result.real_seconds = seconds_since(really_started_);
  result.messages = timeline_ ? timeline_->messages() : 0;
  collect(result);
  save_checkpoint();
  return result;
}

block training::start_weights() const {
  if (options_.resume == nullptr && !options_.start.empty())
    return options_.start;
  auto model = make_model(job_, rows_.label_width);
  if (options_.resume == nullptr)
    model.initialize(job_.seed);
  else
    for (const auto& shard : options_.resume->shards)
      model.adopt(shard.offset, shard.weights);
  return model.release_weights();
}

void training::spawn_recorder() {
  recorder_setup setup;
  if (options_.folder) {
    setup.history = options_.folder->history();
    if (job_.trainer.record && !alone())
      setup.commits = options_.folder->commits();
    if (!setup.commits.empty())
      setup.header = first_line();
  }
  setup.listener = caf::actor{self_};
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
  return restart_line(run_epoch(), versions).dump();
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
    setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
    const auto start = setup.start;
    auto server = serve(setup);
    if (options_.replay != nullptr)
      server = spawn_sequencer(i, server, start);
    shards_.push_back({std::move(server), offsets[i], 0, start});
    self_->monitor(shards_.back().server);
  }
}

void training::spawn_ledger() {
  ledger_setup setup;
  setup.grid = grid_;
  if (!alone())
    setup.barrier = rule_.server(job_.trainer.algorithm.keys, job_.trainer.optimizer).barrier;
  setup.how = job_.trainer.assignment == "static" ? assignment::fixed : assignment::dynamic;
  setup.workers = static_cast<std::uint32_t>(job_.trainer.workers);
  for (const auto& link : shards_)
    setup.servers.push_back(link.server);
  setup.done = resumed_;
  setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
  setup.stop = stop_rule_of(job_.trainer.stop);
  setup.request_timeout = timeout();
  if (job_.cluster.nodes.empty() && !timeline_) // in the laboratory every worker has a core of its own
    setup.slots = std::max(1U, std::thread::hardware_concurrency());
  ledger_ = system_.spawn(ledger, std::move(setup));
  self_->monitor(ledger_);
}

// Waits a little for news, then does what is due.
void training::look_around() {
  wait_for_news();
  self_->receive([&](const run_event& event) { hear(event); }, [&](const process_exit& what) { cluster_->hear(what); },
                 [&](caf::down_msg& down) { hear(down); },
                 caf::after(timeline_ ? milliseconds{0} : look_every) >> [] {});
  if (options_.stop != nullptr && options_.stop->load() && !stop_sent_) {
    stop_sent_ = true;
    self_->send(ledger_, stop_atom_v);
  }
  if (!ended_)
    show_progress();
  if (!ended_ && checkpoints_.is_due())
    save_checkpoint();
}

void training::show_progress() {
  if (!options_.progress || seconds_since(last_progress_) < progress_every)
    return;
  last_progress_ = clock::now();
  options_.progress(
      {statistics(), grid_.total_rows(), resumed_rows_, seconds_so_far(), seconds_since(really_started_)});
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
    log()->info("{} left: no work is left", cluster_->describe(event.worker));
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
  case run_event::kind::finished:
    ended_ = true;
    break;
  case run_event::kind::failed:
    if (!alone()) // a lone worker took what it had learned with it
      save_checkpoint();
    throw failure{event.code, event.text};
  }
}

void training::hear(const caf::down_msg& down) {
  cluster_->hear(down);
  const auto is = [&](const auto& actor) { return actor && actor.address() == down.source; };
  const bool ours = is(ledger_) || is(recorder_) ||
                    std::any_of(shards_.begin(), shards_.end(), [&](const auto& s) { return is(s.server); });
  if (ours)
    throw to_failure(down.reason);
}

template <class Answer, class Actor, class Question>
Answer training::ask(const Actor& whom, Question question) {
  Answer answer;
  auto asked = self_->request(whom, patience(), question);
  if (timeline_)
    timeline_->settle();
  asked.receive([&](Answer& given) { answer = std::move(given); },
                [&](const caf::error& why) { throw to_failure(why); });
  return answer;
}

run_statistics training::statistics() {
  return ask<run_statistics>(recorder_, tally_atom_v);
}

void training::collect(run_result& result) {
  const auto work = ask<ledger_tally>(ledger_, tally_atom_v);
  result.numbers = statistics();
  result.stopped = work.stopped;
  auto& rows = result.rows;
  rows.expected = work.expected_rows;
  rows.redone = work.redone_chunks;
  if (alone()) {
    result.weights = ask<center>(cluster_->hand(0), state_atom_v).weights;
    result.numbers.updates = result.numbers.chunks;
    rows.applied = result.numbers.rows + resumed_rows_;
    rows.doubled = rows.applied - std::min(rows.expected, rows.applied);
  } else {
    block_writer weights{start_.size()};
    rows.applied = grid_.total_rows();
    for (const auto& link : shards_) {
      const auto tally = ask<shard_tally>(link.server, tally_atom_v);
      const auto now = ask<center>(link.server, newest_atom_v);
      std::copy(now.weights.begin(), now.weights.end(), weights.data() + link.offset);
      result.versions.push_back(now.version);
      rows.applied = std::min(rows.applied, tally.bitmap_rows);
      rows.doubled = std::max(rows.doubled, tally.folded_rows - std::min(tally.folded_rows, tally.bitmap_rows));
      rows.duplicates += tally.duplicates;
      rows.fenced += tally.fenced;
    }
    result.weights = std::move(weights).done();
  }
  rows.lost = rows.expected - std::min(rows.expected, rows.applied);
}

// The state of each shard; of a lone worker, what it trained, in the order of the chunks.
std::vector<shard_state> training::states() {
  std::vector<shard_state> all;
  for (const auto& link : shards_)
    all.push_back(ask<shard_state>(link.server, state_atom_v));
  if (alone()) {
    const auto replica = ask<center>(cluster_->hand(0), state_atom_v);
    shard_state state{0, 0, replica.version + resumed_.size(), replica.weights, grid_, {}};
    state.folded.resize((grid_.chunks() + 63) / 64);
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
