#pragma once

#include <cstdint>
#include <optional>

namespace dk::nn {

/// What was measured over some rows. Sums, so that batches and workers can be added up.
struct loss_sums {
  double loss_sum = 0;
  std::uint64_t correct = 0; ///< decisions that were right: rows whose largest output is the label's, or, of outputs
                             ///< that decide for themselves, outputs on their label's side of 0.5
  std::uint64_t rows = 0;
  std::uint64_t decisions = 0; ///< none where outputs are numbers

  loss_sums& operator+=(const loss_sums& other) {
    loss_sum += other.loss_sum;
    correct += other.correct;
    rows += other.rows;
    decisions += other.decisions;
    return *this;
  }

  /// Mean over the rows; 0 when there are none.
  double loss() const { return rows == 0 ? 0 : loss_sum / static_cast<double>(rows); }

  /// Mean over the decisions; nothing when there are none.
  std::optional<double> accuracy() const {
    if (decisions == 0)
      return std::nullopt;
    return static_cast<double>(correct) / static_cast<double>(decisions);
  }
};

} // namespace dk::nn
