#pragma once

#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/system.hpp"
#include "runtime/record/recorder.hpp"
#include "runtime/run/run_checkpoints.hpp"
#include "runtime/run/run_context.hpp"
#include "runtime/run/run_validation.hpp"
#include "runtime/run/weight_holder.hpp"

#include <caf/actor_clock.hpp>
#include <chrono>
#include <functional>
#include <memory>
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

  /// Where it stands, as a checkpoint has it. Of a replay that a later session of the run goes on from: where that one
  /// does. Requires that `run` is over. @throws failure
  resume_state standing() { return checkpoints_.standing(*cluster_); }

private:
  using clock = std::chrono::steady_clock;

  double seconds_so_far();
  void forecast_speed();
  void spawn_recorder();
  tensorboard_setup tensorboard() const;
  std::string first_line() const;
  void spawn_ledgers();

  void start();
  run_result finish();
  void look_around();
  void show_progress();
  void hear(const run_event& event);
  void hear(const caf::down_msg& down);
  failure cause_of(const failure& why);
  void save_what_there_is();
  [[noreturn]] void end_without(const std::function<std::string()>& cause, const caf::error& reason);
  run_statistics statistics();
  void collect(run_result& result);

  venue here_;
  system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  run_context run_;
  std::unique_ptr<cluster> cluster_;
  std::unique_ptr<weight_holder> holder_;
  std::vector<track> tracks_;
  std::uint64_t total_rows_ = 0;   // of all tracks
  std::uint64_t resumed_rows_ = 0; // of these, those that earlier sessions of the run have trained
  recorder_actor recorder_;
  std::vector<ledger_actor> ledgers_; // one for each track
  run_validation validation_;
  run_checkpoints checkpoints_;
  caf::actor_clock::time_point started_;
  clock::time_point really_started_;
  clock::time_point last_progress_;
  bool launched_ = false;
  bool stop_sent_ = false;
  bool is_end_of_process_ = false; // that is why the run ends
  std::size_t finished_ = 0;       // tracks that have come to their end
  bool ended_ = false;
};

} // namespace dk
