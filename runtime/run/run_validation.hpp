#pragma once

#include "runtime/record/recorder.hpp"
#include "runtime/run/weight_holder.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace dk {

/// What a run does about rows that are held out: a validator measures centers on them while the run goes on, and the
/// run's folder gets the best one. Nothing where no rows are held out, and for an ensemble, which has no center.
class run_validation {
public:
  explicit run_validation(const run_context& run) : run_(run) {}

  bool is_on() const;

  /// What earlier sessions have measured. A center that was trained beyond the checkpoint may be the best of all, but
  /// what comes next does not follow from it. One that was better than that in the folder is lost.
  /// @param resumed rows that these have trained, up to the checkpoint
  void recall(std::uint64_t resumed);

  /// At what rate, in parts of the configured one, the workers go on.
  double earlier_rate() const;

  /// Starts the validator, which hears of every commit from now on. @param only the run's one track
  /// @throws failure, as cluster::launch_validator
  void launch(cluster& hosts, const weight_holder& holder, const track& only, const ledger_actor& ledger,
              const recorder_actor& recorder);

  /// The workers are there.
  void introduce(const weight_holder& holder, const cluster& workers) const;

  /// A measurement of this session, which the recorder has.
  void hear(const validation_report& measured) { is_behind_ = is_behind_ || measured.best; }

  /// Whether the folder should get a better center now.
  bool is_due() const;

  /// Gives it the best center so far. @throws failure (resources, ...)
  void keep_best();

  /// The same at an error, which is what the run is to end with, whatever becomes of this.
  void keep_what_there_is();

  /// Measures the last center, as long as that takes. @return the measurements of this session are complete
  bool finish(run_result& result);

  /// The best of all sessions, once result.numbers has the measurements of this one.
  void choose_best(run_result& result) const;

  bool is_by(const caf::down_msg& down) const { return validator_ && validator_.address() == down.source; }

private:
  using clock = std::chrono::steady_clock;

  template <class Answer, class Question>
  Answer ask(Question question) const;
  void keep(const best_center& best);

  const run_context& run_;
  validator_face validator_;
  recorder_actor recorder_;
  block frozen_; // of the model
  std::vector<validation_report> earlier_;
  std::size_t kept_ = 0;     // of these, from the first, which may be the best
  bool is_behind_ = false;   // the folder has not the best center
  clock::time_point next_{}; // when it may get one
};

} // namespace dk
