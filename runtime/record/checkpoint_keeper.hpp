#pragma once

#include "runtime/record/checkpoint.hpp"

#include <chrono>
#include <string>

namespace dk {

/// Decides when a run is due for a checkpoint: at most a hundredth of the time goes into them, and two are at least
/// `least` apart. One that cannot be written does not end the run; the next try waits longer.
class checkpoint_keeper {
public:
  /// `folder` empty: none are kept.
  explicit checkpoint_keeper(std::string folder, std::chrono::milliseconds least = std::chrono::seconds{1});

  bool is_on() const { return !folder_.empty(); }
  bool is_due() const;

  using clock = std::chrono::steady_clock;

  /// @param begun when the run began to do what it does for this checkpoint. @return what a person should know, or ""
  std::string save(const resume_state& now, clock::time_point begun);

private:
  std::string folder_;
  clock::duration least_;
  clock::time_point last_ = clock::now();
  clock::duration interval_;
};

} // namespace dk
