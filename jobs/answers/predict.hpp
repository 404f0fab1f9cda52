#pragma once

#include "runtime/config/job.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace dk {

/// What is to be predicted, and how it is written.
struct predict_request {
  std::string model;    ///< a run's folder or a model file
  std::string weights;  ///< a file to take a model file's weights from; empty: its own
  std::string data;     ///< a path, a TOML source, or "-": CSV or JSON lines from stdin
  std::string out;      ///< a .csv, .jsonl or .npy; "-" or empty: to `print`
  std::string as;       ///< to `print` "csv" or "jsonl"; empty: as the input, or else CSV
  std::string columns;  ///< of the data, beside the answers: names with commas between, or "none"; empty: all
  std::string prefix;   ///< before the names of the answers, with a _; empty: none
  bool proba = false;   ///< a probability for each class
  bool raw = false;     ///< what the model puts out, and not in the label's units and names
  cluster_config where; ///< the nodes that work; none: the cores of this host
  std::function<void(std::string_view)> print; ///< takes the text that goes to no file
};

/// Does all that `dk_driver predict` does: writes what a model answers to each row of data, beside the row.
/// @throws failure: (usage) for requests that contradict each other; (model, data, nodes, resources)
void predict(const predict_request& request);

} // namespace dk
