#pragma once

#include "runtime/record/checkpoint_keeper.hpp"
#include "runtime/record/recorder.hpp"
#include "runtime/run/weight_holder.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace dk {

/// The checkpoints of a run: asks its actors where they stand, and writes that down. Recorder and ledgers are named
/// once they are there; the workers are passed to each call.
class run_checkpoints {
public:
  run_checkpoints(const run_context& run, const weight_holder& holder);

  void name(const recorder_actor& recorder, const std::vector<ledger_actor>& ledgers);

  /// Where the run stands: each shard, and the workers where checkpoints keep them; of a model that is trained alone,
  /// what it trained, in the order of the chunks. @throws failure
  resume_state standing(const cluster& workers) const;

  /// Before anybody works: a run that is killed from now on can be resumed.
  void save_first();

  bool is_due() const { return run_.where.can_be_resumed() && keeper_.is_due(); }

  /// @param ended whether nobody works any more
  void save(const cluster& workers, bool ended);

  /// At an error, which is what the run is to end with, whatever becomes of this.
  void save_what_there_is(const cluster& workers);

private:
  using clock = std::chrono::steady_clock;

  resume_state without_workers() const;
  std::vector<replica_state> hold(const cluster& workers) const;
  void release(const cluster& workers) const;
  void write(const resume_state& now, clock::time_point begun);
  void rescue(const resume_state& now) const;

  const run_context& run_;
  const weight_holder& holder_;
  checkpoint_keeper keeper_;
  recorder_actor recorder_;
  std::vector<ledger_actor> ledgers_;
  clock::time_point next_hold_{}; // when the workers are asked for their state again
};

} // namespace dk
