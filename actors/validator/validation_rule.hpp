#pragma once

#include "actors/protocol/protocol.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace dk {

/// The scheme Emperor: when the loss on the held-out rows has improved by less than `threshold` since the measurement
/// before, the workers' learning rates are divided.
struct emperor_rule {
  double threshold = 0.005;
  double divide_by = 10;
};

/// What a run does about the centers that are measured on held-out rows.
struct validation_rule {
  bool by_accuracy = false;              ///< what makes a center better; false: its loss
  double min_delta = 0;                  ///< better means: by more than this
  std::optional<std::uint64_t> patience; ///< measurements in a row without a better center, after which the run stops
  std::optional<emperor_rule> emperor;
};

/// Holds the measurements of a run against such a rule. As Keras's EarlyStopping does, except that a resumed run goes
/// on where it was.
class validation_watch {
public:
  validation_watch() = default;
  explicit validation_watch(const validation_rule& rule) : rule_(rule) {}

  /// A measurement of an earlier session, in their order. @param is_kept whether its center is still there if it was
  /// the best: else it counts for patience and rate, and a later center need not be better
  void recall(const validation_report& measured, bool is_kept = true);

  /// Begins the session: a run that had stopped out of patience is given as much again.
  void begin();

  /// Says of a measurement whether it is the `best` so far, and the `rate` to go on at. One that is the `last` of its
  /// session was not due, so it has no say in patience and rate.
  void add(validation_report& measured);

  bool is_out_of_patience() const { return rule_.patience && waited_ > 0 && waited_ >= *rule_.patience; }

  /// The learning rate of the workers, in parts of the configured one.
  double rate() const { return rate_; }

private:
  bool take_best(const validation_report& measured);

  validation_rule rule_;
  std::optional<double> best_;     // of the loss, or of the accuracy
  std::uint64_t waited_ = 0;       // measurements since the best one
  std::optional<double> previous_; // loss
  double rate_ = 1;
};

} // namespace dk
