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

/// Measures them on labelled rows, on all cores; the same bits however many there are.
/// @throws failure (config, shape) where architecture and weights do not fit together, or for metrics that they cannot
/// have
evaluation evaluate(const trained_models& of, const nn::objective& loss, const std::vector<spec>& metrics,
                    const data::dataset& rows);

} // namespace dk
