#pragma once

#include "runtime/run/weight_holder.hpp"

#include <vector>

namespace dk {

/// What a run does about rows that are held out: a validator measures centers on them while the run goes on. Nothing
/// where no rows are held out, and for an ensemble, which has no center.
class run_validation {
public:
  explicit run_validation(const run_context& run) : run_(run) {}

  bool is_on() const;

  /// What earlier sessions have measured. A center that was trained beyond the checkpoint may be the best of all, but
  /// what comes next does not follow from it. @param resumed rows that these have trained, up to the checkpoint
  void recall(std::uint64_t resumed);

  /// At what rate, in parts of the configured one, the workers go on.
  double earlier_rate() const;

  /// @param only the run's one track
  void spawn(const weight_holder& holder, const track& only, const ledger_actor& ledger, const caf::actor& recorder);

  /// The workers are there.
  void introduce(const weight_holder& holder, const cluster& workers) const;

  /// Measures the last center, as long as that takes. @return the measurements of this session are complete
  bool finish(run_result& result) const;

  /// The best of all sessions, once result.numbers has the measurements of this one.
  void choose_best(run_result& result) const;

  /// Ends its actors.
  void end();

  bool is_by(const caf::down_msg& down) const { return validator_ && validator_.address() == down.source; }

private:
  const run_context& run_;
  validator_actor validator_;
  loader_actor loader_;
  std::vector<validation_report> earlier_;
};

} // namespace dk
