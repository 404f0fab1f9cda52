#pragma once

#include <cstdint>

namespace dk::nn {

/// What was measured over some rows. Sums, so that batches and workers can be added up.
struct metrics {
  double loss_sum = 0;
  std::uint64_t correct =
      0; ///< rows whose largest output is the label's; of one output: rows on the label's side of 0.5
  std::uint64_t rows = 0;

  metrics& operator+=(const metrics& other) {
    loss_sum += other.loss_sum;
    correct += other.correct;
    rows += other.rows;
    return *this;
  }

  /// Mean over the rows; 0 when there are none.
  double loss() const { return rows == 0 ? 0 : loss_sum / static_cast<double>(rows); }
  double accuracy() const { return rows == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(rows); }
};

} // namespace dk::nn
