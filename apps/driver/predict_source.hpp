#pragma once

#include "common/spec.hpp"
#include "data/table_stream.hpp"

#include <optional>
#include <string>

namespace dk {

/// Rows that a model is to answer, some at a time, and the source that they come from.
struct rows_to_predict {
  spec source;
  data::table_stream_ptr rows;
};

/// Opens the data of `predict`: a path, a TOML source, or "-" for CSV or JSON lines from stdin, which are taken as they
/// come. Of a path, and of stdin, the columns are chosen as in the source of the run's training, where that has the
/// same format: the same features; the label is wanted only where there is one; and all other columns are kept.
/// @throws failure (data, config), also while rows are read
rows_to_predict open_for_prediction(const std::string& data, const std::optional<spec>& train);

} // namespace dk
