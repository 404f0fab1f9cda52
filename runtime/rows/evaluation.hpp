#pragma once

#include "common/block.hpp"
#include "data/dataset.hpp"
#include "data/table_stream.hpp"
#include "nn/loss_sums.hpp"
#include "nn/model/architecture.hpp"
#include "nn/objective.hpp"
#include "runtime/rows/row_crew.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace dk {

/// A model measured on rows: its loss and accuracy, and other metrics by name.
struct evaluation : nn::loss_sums {
  std::map<std::string, double> others;
};

/// One model, or several of one architecture that answer with the mean of their predictions; borrowed.
struct trained_models {
  const nn::architecture& architecture;
  const block& weights; ///< of all, one after the other
  std::size_t count = 1;
};

/// The outputs of a model and the labels of the rows that it was measured on, row after row.
struct measured_rows {
  std::vector<float> outputs;
  std::vector<float> labels;
  std::size_t label_width = 0;
};

/// Measures a model on the rows of a stream, which a crew transforms and works on in parts. This is what every report,
/// every result and `evaluate` says of a model; it has the same bits however many workers there are, and where.
/// @param task with a model that is `measured`
/// @param keep takes outputs and labels of all rows; null: they are dropped
/// @return 0 rows where the stream has none
/// @throws failure (data) for labels of several kinds; as row_results::next
evaluation evaluate(row_crew& crew, const row_worker_setup& task, data::table_stream& rows,
                    measured_rows* keep = nullptr);

/// The same for rows that are ready, on all cores of this host.
/// @throws failure (config, shape) where architecture and weights do not fit together, or for metrics that they cannot
/// have
evaluation evaluate(const trained_models& of, const nn::objective& loss, const std::vector<spec>& metrics,
                    const data::dataset& rows);

} // namespace dk
