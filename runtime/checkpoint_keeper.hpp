#pragma once

#include "runtime/checkpoint.hpp"

#include <chrono>
#include <string>

namespace dk {

/// Decides when a run is due for a checkpoint: at most a hundredth of the time goes into them, at most one a second is
/// written. One that cannot be written does not end the run; the next try waits longer.
class checkpoint_keeper {
public:
  /// `folder` empty: none are kept.
  checkpoint_keeper(std::string folder, std::uint32_t run_epoch);

  bool is_on() const { return !folder_.empty(); }
  bool is_due() const;

  /// @return what a person should know, or ""
  std::string save(const std::vector<shard_state>& shards);

private:
  using clock = std::chrono::steady_clock;

  std::string folder_;
  std::uint32_t run_epoch_;
  clock::time_point last_ = clock::now();
  clock::duration interval_ = std::chrono::seconds{1};
};

} // namespace dk
