#pragma once

#include "common/block.hpp"
#include "data/dataset.hpp"
#include "nn/architecture.hpp"
#include "nn/metrics.hpp"
#include "nn/objective.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace dk {

/// A model measured on rows: its loss and accuracy, and other metrics by name.
struct evaluation : nn::metrics {
  std::map<std::string, double> others;
};

/// One model, or several of one architecture that answer with the mean of their predictions; borrowed.
struct trained_models {
  const nn::architecture& architecture;
  const block& weights; ///< of all, one after the other
  std::size_t count = 1;
};

/// What they say to each row: rows x the numbers of all outputs, in the order of the rows, computed on all cores. The
/// same rows give the same bits, whatever is around them and however many cores there are.
/// @throws failure (config, shape) where architecture and weights do not fit together
std::vector<float> predict(const trained_models& of, const float* features, std::size_t rows);

/// Measures them on labelled rows, on all cores; the same bits however many there are.
/// @throws as predict; (config, shape) for metrics that they cannot have
evaluation evaluate(const trained_models& of, const nn::objective& loss, const std::vector<spec>& metrics,
                    const data::dataset& rows);

} // namespace dk
