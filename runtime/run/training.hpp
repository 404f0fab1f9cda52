#pragma once

#include "actors/ledger/ledger.hpp"
#include "algorithms/catalog.hpp"
#include "common/log.hpp"
#include "nn/weight_split.hpp"
#include "runtime/enlist/ask.hpp"
#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/enlist/system.hpp"
#include "runtime/record/checkpoint_keeper.hpp"
#include "runtime/record/recorder.hpp"
#include "runtime/run/members.hpp"
#include "runtime/run/trainer.hpp"
#include "runtime/run/venue.hpp"

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/duration.hpp>
#include <caf/scoped_actor.hpp>
#include <memory>
#include <optional>
#include <vector>

namespace dk {

/// One run: its actor system and its actors, from the first to the last. The destructor ends whatever is left of them.
class training {
public:
  /// The arguments must outlive it. @throws failure (connect, version) when a node cannot be reached
  training(const job& which, const data::dataset& rows, const run_options& options);
  ~training();
  training(const training&) = delete;
  training& operator=(const training&) = delete;

  run_result run();

  /// Where it stands: each shard, and the workers where checkpoints keep them; of a model that is trained alone, what
  /// it trained, in the order of the chunks. Of a replay that a later start of the run goes on from: where that one
  /// does. Requires that `run` is over. @throws failure
  resume_state standing();

private:
  using clock = std::chrono::steady_clock;

  double seconds_so_far();
  bool alone() const { return !rule_.has_server(); }
  std::uint32_t run_epoch() const { return options_.resume != nullptr ? options_.resume->run_epoch + 1 : 0; }

  /// The chunks of one ledger: all that the workers share, or those of one model that is trained alone.
  struct track {
    ledger_actor ledger;
    chunk_grid grid;
    chunk_set resumed; ///< that earlier starts of the run have trained
  };

  void plan_tracks();
  block start_weights() const;
  block first_weights(std::size_t model) const;
  void take_frozen();
  const block& frozen_of(std::size_t model) const { return frozen_[alone() ? model : 0]; }
  std::vector<worker_part> parts();
  void spawn_recorder();
  void spawn_servers();
  void spawn_ledgers();
  bool validates() const { return options_.validation != nullptr && !is_ensemble(job_); }
  void recall_validation();
  double earlier_rate() const;
  void spawn_validator();
  void finish_validation(run_result& result);
  std::string first_line() const;
  bool resumes_workers() const;

  void start();
  run_result finish();
  void look_around();
  void show_progress();
  void tell(const std::string& text) const;
  void hear(const run_event& event);
  void hear(const caf::down_msg& down);

  run_statistics statistics();
  void collect(run_result& result);
  void collect_center(run_result& result);
  void collect_models(run_result& result, std::uint64_t done);
  std::size_t workers_to_hold() const;
  std::vector<replica_state> hold_workers();
  void release_workers();
  std::vector<shard_state> shard_states();
  std::vector<shard_state> alone_states(const std::vector<replica_state>& replicas) const;
  resume_state standing_without_workers();
  void save_first_checkpoint();
  void save_checkpoint();
  void save_what_there_is();
  void save(const resume_state& now);

  /// Asks an actor and returns its answer. One of this process has as long as it takes, and when it dies its reason is
  /// thrown; another process has `cluster.request_timeout`. @throws failure
  template <class Answer, class Actor, class Question>
  Answer ask(const Actor& whom, Question question);

  const job& job_;
  const data::dataset& rows_;
  const run_options& options_;
  const algorithm& rule_;
  chunk_grid grid_;             // of all rows
  std::vector<member> members_; // empty where the workers share a center
  std::vector<track> tracks_;   // one, or one for each member
  venue here_;
  venue& where_; // it takes place
  system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  std::unique_ptr<cluster> cluster_;
  recorder_actor recorder_;
  std::vector<shard_link> shards_;
  validator_actor validator_; // where rows are held out
  loader_actor validation_loader_;
  std::vector<validation_report> earlier_; // measured by earlier starts of the run
  nn::weight_split split_;                 // of a model's weights
  std::vector<block> frozen_;              // of each model: what its frozen layers hold
  block start_;                            // the free weights
  checkpoint_keeper checkpoints_;
  std::uint64_t total_rows_ = 0;   // of all tracks
  std::uint64_t resumed_rows_ = 0; // of these, those that earlier starts of the run have trained
  caf::actor_clock::time_point started_;
  clock::time_point really_started_;
  clock::time_point last_progress_;
  clock::time_point next_hold_{}; // when the workers are asked for their state again
  bool launched_ = false;
  bool stop_sent_ = false;
  std::size_t finished_ = 0; // tracks that have come to their end
  bool ended_ = false;
};

template <class Answer, class Actor, class Question>
Answer training::ask(const Actor& whom, Question question) {
  return dk::ask<Answer>(self_, whom, std::move(question), request_timeout_of(job_), [this] { where_.settle(self_); });
}

} // namespace dk
