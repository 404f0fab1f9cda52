#pragma once

#include "jobs/runs/run_job.hpp"

#include <set>
#include <string>

namespace dk {

/// What a person sees on stderr while a run goes on: one bar that stays in its line on a terminal until all is trained,
/// plain lines where there is none; and a line for each epoch and each measurement on held-out rows. Nothing of it when
/// quiet, except notices.
class screen {
public:
  explicit screen(bool quiet);
  ~screen();
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  /// For a job whose progress and notices are to be shown here; the screen must outlive its run.
  job_options following();

  void show(const run_progress& progress);

  /// One line that stays.
  void note(const std::string& text);

  /// Takes the bar away.
  void clear();

private:
  void tell_news(const run_progress& progress);

  bool quiet_;
  bool terminal_;
  bool colour_;
  bool bar_shown_ = false;
  double last_line_ = -1e9; // seconds into the session
  std::set<std::uint32_t> told_epochs_;
  std::size_t told_measurements_ = 0;
};

/// " 42% 18,300 rows/s  loss 0.2311  accuracy 0.931  staleness 3.0  4 workers  12 s left", without the bar itself.
std::string progress_text(const run_progress& progress);

/// "epoch 2: loss 0.2311, accuracy 0.9310 while training". @param number from 0
std::string epoch_text(std::uint32_t number, const epoch_statistics& epoch);

/// "validation at epoch 2.00: loss 0.2311, accuracy 0.9310, the best so far"
std::string validation_text(const validation_report& measured);

} // namespace dk
