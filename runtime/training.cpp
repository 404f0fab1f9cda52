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

// The shards measure how far the center has moved since a commit's base where they can keep the bases: in one process
// the workers hold the same blocks anyway; of nodes each worker costs a model of memory here.
bool bases_cost_little(const job& which, std::size_t weights) {
  constexpr std::size_t little = std::size_t{256} << 20U; // bytes
  return which.cluster.nodes.empty() || which.trainer.workers * weights * sizeof(float) <= little;
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
      grid_(grid_of(which, rows.rows)), members_(members_of(which, rows)),
      config_(options_of(which, options.laboratory != nullptr)), system_(config_), self_(system_),
      checkpoints_(options.folder && options.replay == nullptr ? options.folder->checkpoints() : "", run_epoch()) {
  if (options.laboratory != nullptr) {
    timeline_.emplace(system_);
    cluster_ = make_cluster_in_laboratory(system_, which, *options.laboratory);
  } else if (which.cluster.nodes.empty()) {
    cluster_ = make_cluster_here(system_);
  } else {
    cluster_ = make_cluster_on_nodes(self_, which.cluster, [this](const std::string& text) { tell(text); });
  }
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
  plan_tracks();
  recall_validation();
  spawn_recorder();
  if (!alone())
    spawn_servers();
  if (options_.replay != nullptr)
    spawn_schedule();
  else
    spawn_ledgers();
  spawn_validator();
  started_ = system_.clock().now();
  really_started_ = clock::now();
  cluster_->launch({parts(), run_epoch(), shards_});
  if (alone() && validator_)
    self_->send(validator_, caf::join_atom_v, caf::actor_cast<caf::strong_actor_ptr>(cluster_->hand(0)));
  while (!ended_)
    look_around();
  run_result result;
  result.training_seconds = seconds_so_far();
  result.real_seconds = seconds_since(really_started_);
  result.messages = timeline_ ? timeline_->messages() : 0;
  collect(result);
  save_checkpoint();
  finish_validation(result);
  show_progress();
  return result;
}

void training::plan_tracks() {
  if (alone())
    for (std::size_t i = 0; i < members_.size(); ++i)
      tracks_.push_back({{}, members_[i].grid, {}});
  else
    tracks_.push_back({{}, grid_, {}});
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    auto& one = tracks_[i];
    if (options_.resume != nullptr)
      one.resumed = alone() ? options_.resume->done_of(i) : options_.resume->done();
    total_rows_ += one.grid.total_rows();
    for (const auto& chunk : one.resumed)
      resumed_rows_ += one.grid.range(chunk).size();
  }
}

// What the parameters start from: the center's, or all models', one after the other.
block training::start_weights() const {
  std::vector<block> pieces;
  if (options_.resume != nullptr)
    for (const auto& shard : options_.resume->shards)
      pieces.push_back(shard.weights);
  else if (alone())
    for (const auto& member : members_)
      pieces.push_back(first_weights(member.which));
  else
    pieces.push_back(first_weights(job_));
  return block::joined(pieces);
}

block training::first_weights(const job& which) const {
  if (!options_.start.empty())
    return options_.start;
  auto model = make_model(which, rows_.label_width);
  model.initialize(which.seed);
  return model.release_weights();
}

std::vector<worker_part> training::parts() const {
  std::vector<worker_part> all;
  if (!alone())
    for (std::size_t i = 0; i < job_.trainer.workers; ++i)
      all.push_back({job_, tracks_.front().ledger, rows_, data::sampling::every_row, {}});
  const auto size = alone() ? start_.size() / members_.size() : 0;
  for (std::size_t i = 0; i < members_.size(); ++i)
    all.push_back(
        {members_[i].which, tracks_[i].ledger, members_[i].rows, members_[i].sampling, start_.slice(i * size, size)});
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
    setup.keep_bases = bases_cost_little(job_, start_.size());
    setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
    const auto start = setup.start;
    auto server = serve(setup);
    if (options_.replay != nullptr)
      server = spawn_sequencer(i, server, start);
    shards_.push_back({std::move(server), offsets[i], 0, start});
    self_->monitor(shards_.back().server);
  }
}

void training::spawn_ledgers() {
  ledger_setup setup;
  if (!alone())
    setup.barrier = rule_.server(job_.trainer.algorithm.keys, job_.trainer.optimizer).barrier;
  setup.how = job_.trainer.assignment == "static" ? assignment::fixed : assignment::dynamic;
  setup.workers = alone() ? 1 : static_cast<std::uint32_t>(job_.trainer.workers);
  for (const auto& link : shards_)
    setup.servers.push_back(link.server);
  setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
  setup.rate = earlier_rate();
  setup.stop = stop_rule_of(job_.trainer.stop);
  setup.request_timeout = timeout();
  if (job_.cluster.nodes.empty() && !timeline_) // in the laboratory every worker has a core of its own
    setup.slots = std::max(1U, std::thread::hardware_concurrency());
  for (auto& one : tracks_) {
    setup.grid = one.grid;
    setup.done = one.resumed;
    one.ledger = system_.spawn(ledger, setup);
    self_->monitor(one.ledger);
  }
}

// Waits a little for news, then does what is due.
void training::look_around() {
  wait_for_news();
  self_->receive([&](const run_event& event) { hear(event); }, [&](const process_exit& what) { cluster_->hear(what); },
                 [&](caf::down_msg& down) { hear(down); },
                 caf::after(timeline_ ? milliseconds{0} : look_every) >> [] {});
  if (options_.stop != nullptr && options_.stop->load() && !stop_sent_) {
    stop_sent_ = true;
    for (const auto& one : tracks_)
      self_->send(one.ledger, stop_atom_v);
  }
  if (!ended_)
    show_progress();
  if (!ended_ && !timeline_ && checkpoints_.is_due()) // in virtual time a run is done again sooner than resumed
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
  case run_event::kind::noted:
    tell(event.text);
    break;
  case run_event::kind::finished:
    ended_ = ++finished_ == tracks_.size();
    break;
  case run_event::kind::failed:
    if (!alone()) // a worker without a server took what it had learned with it
      save_checkpoint();
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

template <class Answer, class Actor, class Question>
Answer training::ask(const Actor& whom, Question question) {
  Answer answer;
  auto asked = self_->request(whom, patience(), question);
  if (timeline_)
    settle();
  asked.receive([&](Answer& given) { answer = std::move(given); },
                [&](const caf::error& why) { throw to_failure(why); });
  return answer;
}

run_statistics training::statistics() {
  return ask<run_statistics>(recorder_, tally_atom_v);
}

void training::collect(run_result& result) {
  result.numbers = statistics();
  for (const auto& one : tracks_) {
    const auto work = ask<ledger_tally>(one.ledger, tally_atom_v);
    result.stopped = result.stopped || work.stopped;
    result.rows.expected += work.expected_rows;
    result.rows.redone += work.redone_chunks;
  }
  if (alone())
    collect_models(result);
  else
    collect_center(result);
  result.rows.lost = result.rows.expected - std::min(result.rows.expected, result.rows.applied);
}

void training::collect_models(run_result& result) {
  std::vector<block> weights;
  for (std::uint32_t i = 0; i < members_.size(); ++i)
    weights.push_back(ask<center>(cluster_->hand(i), state_atom_v).weights);
  result.weights = block::joined(weights);
  result.numbers.updates = result.numbers.chunks;
  auto& rows = result.rows;
  rows.applied = result.numbers.rows + resumed_rows_;
  rows.doubled = rows.applied - std::min(rows.expected, rows.applied);
}

void training::collect_center(run_result& result) {
  auto& rows = result.rows;
  std::vector<block> weights;
  rows.applied = grid_.total_rows();
  for (const auto& link : shards_) {
    const auto tally = ask<shard_tally>(link.server, tally_atom_v);
    const auto now = ask<center>(link.server, newest_atom_v);
    weights.push_back(now.weights);
    result.versions.push_back(now.version);
    rows.applied = std::min(rows.applied, tally.bitmap_rows);
    rows.doubled = std::max(rows.doubled, tally.folded_rows - std::min(tally.folded_rows, tally.bitmap_rows));
    rows.duplicates += tally.duplicates;
    rows.fenced += tally.fenced;
  }
  result.weights = block::joined(weights);
}

// The state of each shard; of a model that is trained alone, what it trained, in the order of the chunks.
std::vector<shard_state> training::states() {
  std::vector<shard_state> all;
  for (const auto& link : shards_)
    all.push_back(ask<shard_state>(link.server, state_atom_v));
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    const auto replica = ask<center>(cluster_->hand(i), state_atom_v);
    const auto& [unused, grid, resumed] = tracks_[i];
    shard_state state{i, i * replica.weights.size(), replica.version + resumed.size(), replica.weights, grid, {}};
    state.folded.resize((grid.chunks() + 63) / 64);
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
