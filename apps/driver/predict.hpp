#pragma once

#include <string>

namespace dk {

/// `dk_driver predict`: what a model says to each row of data, beside the row.
struct predict_options {
  std::string model;   ///< a run's folder or a model file
  std::string weights; ///< a file to take a model file's weights from; empty: its own
  std::string data;    ///< a path, a TOML source, or "-": CSV or JSON lines from stdin
  std::string out;     ///< a .csv, .jsonl or .npy; "-" or empty: to stdout
  std::string nodes;   ///< host:port,host:port; empty: the cores of this host
  std::string as;      ///< on stdout "csv" or "jsonl"; empty: as the input, or else CSV
  std::string columns; ///< of the data, beside the answers: names with commas between, or "none"; empty: all
  std::string prefix;  ///< before the names of the answers, with a _; empty: none
  bool proba = false;  ///< a probability for each class
  bool raw = false;    ///< what the model puts out, and not in the label's units and names
};

/// @return the exit status. @throws failure
int predict_command(const predict_options& options);

} // namespace dk
