#pragma once

#include "runtime/trainer.hpp"

#include <string>

namespace dk {

/// What a person sees on stderr while a run goes on: one bar that stays in its line on a terminal, plain lines where
/// there is none; nothing of it when quiet, except notices.
class screen {
public:
  explicit screen(bool quiet);
  ~screen();
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  void show(const run_progress& progress);

  /// One line that stays.
  void note(const std::string& text);

  /// Takes the bar away.
  void clear();

private:
  bool quiet_;
  bool terminal_;
  bool colour_;
  bool bar_shown_ = false;
  double last_line_ = -1e9; // seconds into the run
};

/// " 42% 18,300 rows/s  loss 0.2311  accuracy 0.931  staleness 3.0  4 workers  12 s left", without the bar itself.
std::string progress_text(const run_progress& progress);

} // namespace dk
