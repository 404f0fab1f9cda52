#pragma once

#include "actors/protocol/protocol.hpp"
#include "nn/loss_sums.hpp"
#include "runtime/record/event_file.hpp"
#include "runtime/record/event_format.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace dk {

/// What a session writes for TensorBoard, and where.
struct tensorboard_setup {
  std::string folder;             ///< empty: nothing is written
  std::string config;             ///< the resolved config, a TOML text
  double began = 0;               ///< the session, in seconds since 1970; virtual where its time is
  std::uint64_t total_rows = 0;   ///< that the run trains in all, of all epochs and models
  std::uint64_t epochs = 1;       ///< of the run
  std::uint64_t resumed_rows = 0; ///< of total_rows, those that earlier sessions have trained
  bool is_later = false;          ///< the session goes on with a run
};

/// Writes the event file of a session (docs/tensorboard.md). The step of a point is the rows that are trained. A curve
/// has about a thousand points, however many chunks a run has.
class tensorboard_log {
public:
  tensorboard_log() = default; ///< writes nothing

  /// @throws failure (resources), as all others
  explicit tensorboard_log(const tensorboard_setup& setup);

  // Each of these has happened. @param seconds since the session began

  void add(const commit_record& commit);
  void add(const chunk_report& chunk, double seconds);
  void add(const validation_report& measured, double seconds);

  /// Writes what has come since the last point and the last histogram: nothing more is trained.
  void finish(double seconds);

  void flush() { file_.flush(); }
  void sync() { file_.sync(); }

private:
  /// What has come since the last point of the curves.
  struct interval {
    nn::loss_sums sums;
    std::uint64_t commits = 0;
    double staleness = 0; ///< the sum over the commits
    double began = 0;     ///< seconds since the session began
  };

  summary_event event_at(double seconds, std::uint64_t step) const { return {setup_.began + seconds, step}; }
  void write(const summary_event& event);
  void add_point(summary_event& to, double seconds);
  void add_staleness(summary_event& to);
  void add_epoch(summary_event& to, const chunk_report& chunk);

  tensorboard_setup setup_;
  event_file file_;
  std::uint64_t trained_ = 0; // rows, of all sessions
  interval newest_;
  std::map<std::uint32_t, nn::loss_sums> epochs_;    // that are not whole yet
  std::map<std::uint64_t, std::uint64_t> staleness_; // counts since the last histogram
};

} // namespace dk
