#pragma once

#include "runtime/record/run_folder.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// A line of history.jsonl: a chunk that was done.
struct chunk_line {
  double seconds = 0; ///< since the run began, where the sessions of a resumed run follow each other; NaN: not known
  double rows = 0;    ///< of the chunk, at least 1
  double accuracy = 0;
  double loss = 0;
  double staleness = 0;
};

/// A run after one of its chunks: where that is on each axis, and moving means up to there. NaN: not known.
struct curve_point {
  double seconds = 0;
  double commits = 0;
  double rows = 0;
  double accuracy = 0;
  double loss = 0;
  double staleness = 0;
  double rows_per_second = 0;
};

/// What the finished model was worth on some data.
struct end_metrics {
  double accuracy = 0;
  double loss = 0;
};

/// A run as it is drawn.
struct run_series {
  std::string name;        ///< the folder's, without those above it
  std::string algorithm;   ///< of its config
  bool has_time = true;    ///< its history says when a chunk was done
  bool has_commits = true; ///< there is a center, so there are commits and staleness
  std::size_t window = 1;  ///< chunks in a moving mean
  std::vector<curve_point> points;
  std::vector<curve_point> measured; ///< centers on the held-out rows: accuracy and loss, where their rows were trained
  std::optional<end_metrics> test;   ///< of result.json, where that is of the whole history
  std::optional<end_metrics> validation; ///< likewise
};

/// Reads what a run's folder says about its course. `note` hears what was left out, a line each.
/// @throws failure (checkpoint) where there is nothing to draw or a file is damaged, (config)
run_series read_series(const run_folder& folder, const std::function<void(const std::string&)>& note);

/// Moving means over the last `window` chunks, weighted by rows; at most `most` points, with the last chunk among them.
/// Rows per second are those of the last max(window, 10) chunks, as single chunks come in too unevenly.
std::vector<curve_point> smooth(const std::vector<chunk_line>& lines, std::size_t window, std::size_t most = 1000);

} // namespace dk
