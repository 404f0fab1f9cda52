#include "runtime/trainer.hpp"

#include "actors/errors.hpp"
#include "actors/ledger.hpp"
#include "actors/parameter_server.hpp"
#include "algorithms/catalog.hpp"
#include "common/buffer_pool.hpp"
#include "nn/compute_scope.hpp"
#include "runtime/cluster.hpp"
#include "runtime/model_of.hpp"
#include "runtime/preflight.hpp"
#include "runtime/recorder.hpp"
#include "runtime/system.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cmath>
#include <spdlog/spdlog.h>
#include <thread>

namespace dk {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

double seconds_since(clock::time_point then) {
  return std::chrono::duration<double>(clock::now() - then).count();
}

stop_rule stop_rule_of(const nlohmann::json& keys) {
  stop_rule rule;
  rule.rows = keys.value("rows", rule.rows);
  rule.seconds = keys.value("seconds", rule.seconds);
  rule.loss = keys.value("loss", rule.loss);
  rule.accuracy = keys.value("accuracy", rule.accuracy);
  return rule;
}

system_options options_of(const job& which) {
  system_options options;
  options.network = !which.cluster.nodes.empty();
  options.heartbeat_seconds = which.cluster.heartbeat;
  options.connection_timeout_seconds = which.cluster.connection_timeout;
  return options;
}

std::string commits_header(const job& which, const chunk_grid& grid) {
  return nlohmann::json{{"log", "dk-commits"},
                        {"version", 1},
                        {"seed", which.seed},
                        {"rows", grid.rows},
                        {"epochs", grid.epochs},
                        {"batch_size", which.trainer.batch_size},
                        {"communication_window", which.trainer.communication_window},
                        {"shuffle", which.data.shuffle},
                        {"servers", which.trainer.servers},
                        {"workers", which.trainer.workers},
                        {"algorithm", which.trainer.algorithm.name},
                        {"keys", which.trainer.algorithm.keys}}
      .dump();
}

// One run: its actors, from the first to the last. The destructor ends whatever is left of them.
class training {
public:
  training(const job& which, const data::dataset& rows, const run_options& options)
      : job_(which), rows_(rows), options_(options), grid_(grid_of(which, rows.rows)), config_(options_of(which)),
        system_(config_), self_(system_) {
    cluster_ = which.cluster.nodes.empty() ? make_cluster_here(system_) : make_cluster_on_nodes(self_, which.cluster);
  }

  ~training() {
    cluster_->close();
    for (const auto& actor : {caf::actor_cast<caf::actor>(ledger_), caf::actor_cast<caf::actor>(recorder_)})
      if (actor)
        caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    for (const auto& link : shards_)
      caf::anon_send_exit(link.server, caf::exit_reason::user_shutdown);
  }

  training(const training&) = delete;
  training& operator=(const training&) = delete;

  run_result run() {
    set_up();
    started_ = next_checkpoint_ = clock::now();
    cluster_->launch(
        {job_, rows_, run_epoch(), ledger_, alone() ? std::vector<shard_link>{} : shards_, alone() ? start_ : block{}});
    while (!ended_)
      look_around();
    run_result result;
    result.training_seconds = seconds_since(started_);
    collect(result);
    save_checkpoint();
    return result;
  }

private:
  bool alone() const { return !rule().has_server(); }
  const algorithm& rule() const { return *find_algorithm(job_.trainer.algorithm.name); }
  std::uint32_t run_epoch() const { return options_.resume != nullptr ? options_.resume->run_epoch + 1 : 0; }
  milliseconds timeout() const { return milliseconds{static_cast<long>(job_.cluster.request_timeout * 1000)}; }

  void set_up() {
    start_ = start_weights();
    recorder_setup records;
    if (options_.folder) {
      records.history = options_.folder->history();
      if (job_.trainer.record && !alone())
        records.commits = options_.folder->commits();
      if (!records.commits.empty() && options_.resume == nullptr)
        records.header = commits_header(job_, grid_);
    }
    records.listener = caf::actor{self_};
    recorder_ = system_.spawn(recorder, records);
    self_->monitor(recorder_);
    const auto watcher = caf::actor_cast<caf::actor>(recorder_);
    if (!alone())
      spawn_servers(watcher);
    ledger_setup setup;
    setup.grid = grid_;
    setup.how = job_.trainer.assignment == "static" ? assignment::fixed : assignment::dynamic;
    setup.workers = static_cast<std::uint32_t>(job_.trainer.workers);
    for (const auto& link : shards_)
      setup.servers.push_back(link.server);
    if (options_.resume != nullptr)
      setup.done = options_.resume->done();
    setup.watchers = {watcher};
    if (job_.cluster.nodes.empty())
      setup.slots = std::max(1U, std::thread::hardware_concurrency());
    setup.stop = stop_rule_of(job_.trainer.stop);
    setup.request_timeout = timeout();
    resumed_chunks_ = setup.done.size();
    for (const auto& chunk : setup.done)
      resumed_rows_ += grid_.range(chunk).size();
    ledger_ = system_.spawn(ledger, std::move(setup));
    self_->monitor(ledger_);
  }

  block start_weights() const {
    if (options_.resume == nullptr && !options_.start.empty())
      return options_.start;
    auto model = make_model(job_, rows_.label_width);
    if (options_.resume == nullptr) {
      model.initialize(job_.seed);
    } else {
      for (const auto& shard : options_.resume->shards)
        std::copy(shard.weights.begin(), shard.weights.end(), model.weights() + shard.offset);
    }
    return block::copy_of(model.weights(), model.num_weights());
  }

  void spawn_servers(const caf::actor& watcher) {
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
      setup.fold = rule().server(job_.trainer.algorithm.keys);
      setup.watchers = {watcher};
      const auto start = setup.start;
      shards_.push_back({system_.spawn(parameter_server, std::move(setup)), offsets[i], 0, start});
      self_->monitor(shards_.back().server);
    }
  }

  // Waits a little for news, then does what is due.
  void look_around() {
    self_->receive([&](const run_event& event) { hear(event); },
                   [&](const process_exit& what) { tell(cluster_->hear(what)); },
                   [&](caf::down_msg& down) { hear(down); }, caf::after(milliseconds{100}) >> [] {});
    if (options_.stop != nullptr && options_.stop->load() && !stop_sent_) {
      stop_sent_ = true;
      self_->send(ledger_, stop_atom_v);
    }
    if (!ended_ && options_.progress && seconds_since(last_progress_) > 0.2) {
      last_progress_ = clock::now();
      options_.progress({statistics(), grid_.total_rows(), resumed_rows_, seconds_since(started_)});
    }
    if (!ended_ && clock::now() >= next_checkpoint_ + checkpoint_interval_)
      save_checkpoint();
  }

  void tell(const std::string& text) const {
    if (text.empty())
      return;
    spdlog::info(text);
    if (options_.notice)
      options_.notice(text);
  }

  void hear(const run_event& event) {
    switch (event.what) {
    case run_event::kind::worker_joined:
    case run_event::kind::worker_left:
      spdlog::info("{} {}", cluster_->describe(event.worker),
                   event.what == run_event::kind::worker_joined ? "joined" : "left: no work is left");
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
      if (!alone()) // whose worker, the only one who knows the weights, is gone
        save_checkpoint();
      throw failure{event.code, event.text};
    }
  }

  void hear(const caf::down_msg& down) {
    tell(cluster_->hear(down));
    const auto is = [&](const auto& actor) { return actor && actor.address() == down.source; };
    const bool ours = is(ledger_) || is(recorder_) ||
                      std::any_of(shards_.begin(), shards_.end(), [&](const auto& s) { return is(s.server); });
    if (ours)
      throw to_failure(down.reason);
  }

  // Asks an actor of this process and returns its answer.
  template <class Answer, class Actor, class Question>
  Answer ask(const Actor& whom, Question question) {
    Answer answer;
    self_->request(whom, timeout(), question)
        .receive([&](Answer& given) { answer = std::move(given); },
                 [&](const caf::error& why) { throw to_failure(why); });
    return answer;
  }

  run_statistics statistics() { return ask<run_statistics>(recorder_, tally_atom_v); }

  void collect(run_result& result) {
    const auto work = ask<ledger_tally>(ledger_, tally_atom_v);
    result.numbers = statistics();
    result.stopped = work.stopped;
    auto& rows = result.rows;
    rows.expected = work.expected_rows;
    rows.redone = work.redone_chunks;
    if (alone()) {
      result.weights = ask<center>(cluster_->hand(0), state_atom_v).weights;
      rows.applied = result.numbers.rows + resumed_rows_;
      result.numbers.updates = result.numbers.chunks;
    } else {
      block_writer weights{start_.size()};
      rows.applied = grid_.total_rows();
      for (const auto& link : shards_) {
        const auto tally = ask<shard_tally>(link.server, tally_atom_v);
        const auto now = ask<center>(link.server, pull_atom_v);
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
    if (alone())
      rows.doubled = rows.applied - std::min(rows.expected, rows.applied);
  }

  // The state of each shard; of a lone worker, what it trained, in the order of the chunks.
  std::vector<shard_state> states() {
    std::vector<shard_state> all;
    for (const auto& link : shards_)
      all.push_back(ask<shard_state>(link.server, state_atom_v));
    if (alone()) {
      const auto replica = ask<center>(cluster_->hand(0), state_atom_v);
      shard_state state{0, 0, replica.version + resumed_chunks_, replica.weights, grid_, {}};
      state.folded.resize((grid_.chunks() + 63) / 64);
      for (std::uint64_t number = 0; number < state.version; ++number)
        state.folded[number / 64] |= std::uint64_t{1} << (number % 64);
      all.push_back(std::move(state));
    }
    return all;
  }

  // At most a hundredth of the time goes into checkpoints; one that cannot be written does not end the run.
  void save_checkpoint() {
    if (!options_.folder)
      return;
    const auto begun = clock::now();
    try {
      for (const auto& state : states())
        write_checkpoint(options_.folder->checkpoints(), state, run_epoch());
      checkpoint_interval_ = std::max<clock::duration>(std::chrono::seconds{1}, 100 * (clock::now() - begun));
    } catch (const failure& why) {
      tell("no checkpoint: " + std::string{why.what()} + "; the run goes on");
      checkpoint_interval_ = std::min<clock::duration>(2 * checkpoint_interval_, std::chrono::minutes{10});
    }
    next_checkpoint_ = clock::now();
  }

  const job& job_;
  data::dataset rows_;
  const run_options& options_;
  chunk_grid grid_;
  system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  std::unique_ptr<cluster> cluster_;
  recorder_actor recorder_;
  ledger_actor ledger_;
  std::vector<shard_link> shards_;
  block start_;
  std::uint64_t resumed_rows_ = 0;
  std::uint64_t resumed_chunks_ = 0;
  clock::time_point started_;
  clock::time_point last_progress_;
  clock::time_point next_checkpoint_;
  clock::duration checkpoint_interval_ = std::chrono::seconds{1};
  bool stop_sent_ = false;
  bool ended_ = false;
};

void check_resume(const job& which, const data::dataset& rows, const resume_state& from) {
  const auto grid = grid_of(which, rows.rows);
  const auto& saved = from.shards.front().grid;
  if (saved.rows != grid.rows || saved.chunk_rows != grid.chunk_rows || saved.epochs != grid.epochs)
    throw failure{errc::checkpoint, "the checkpoint is of " + std::to_string(saved.rows) + " rows in chunks of " +
                                        std::to_string(saved.chunk_rows) + " and " + std::to_string(saved.epochs) +
                                        " epochs; the job has " + std::to_string(grid.rows) + ", " +
                                        std::to_string(grid.chunk_rows) + " and " + std::to_string(grid.epochs)};
  std::size_t weights = 0;
  for (const auto& shard : from.shards)
    weights += shard.weights.size();
  const auto model = make_model(which, rows.label_width);
  const auto offsets = shard_offsets(model.num_weights(), from.shards.size());
  for (std::size_t i = 0; i < from.shards.size(); ++i)
    if (weights != model.num_weights() || from.shards[i].offset != offsets[i])
      throw failure{errc::checkpoint, "the checkpoint is of a model of " + std::to_string(weights) +
                                          " weights; the job's has " + std::to_string(model.num_weights())};
  const bool alone = !find_algorithm(which.trainer.algorithm.name)->has_server();
  if (!alone && from.shards.size() != which.trainer.servers)
    throw failure{errc::checkpoint,
                  "the checkpoint has " + std::to_string(from.shards.size()) +
                      " shards; the job asks for trainer.servers = " + std::to_string(which.trainer.servers)};
}

} // namespace

std::string to_string(const rows_ledger& r) {
  return "rows: " + std::to_string(r.expected) + " expected, " + std::to_string(r.applied) + " applied, " +
         std::to_string(r.lost) + " lost, " + std::to_string(r.doubled) + " doubled (" + std::to_string(r.redone) +
         " redone, " + std::to_string(r.duplicates) + " duplicates, " + std::to_string(r.fenced) + " fenced)";
}

run_result train(const job& which, const data::dataset& rows, const run_options& options) {
  check_job(which, rows);
  if (options.resume != nullptr)
    check_resume(which, rows, *options.resume);
  auto result = training{which, rows, options}.run();
  trim_pool();
  return result;
}

nn::metrics evaluate(const job& which, const block& weights, const data::dataset& rows) {
  const nn::compute_scope computing;
  auto model = make_model(which, rows.label_width);
  std::copy(weights.begin(), weights.end(), model.weights());
  return model.evaluate(rows.features.data(), rows.labels.data(), rows.rows);
}

} // namespace dk
