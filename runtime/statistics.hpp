#pragma once

#include "actors/messages.hpp"

#include <cstdint>
#include <deque>
#include <map>

namespace dk {

/// What one worker did in a run.
struct worker_statistics {
  std::uint64_t chunks = 0;
  std::uint64_t rows = 0;
  double computing_seconds = 0;
  double waiting_seconds = 0;
};

/// A run in numbers, while it goes on and at its end.
struct run_statistics {
  std::uint64_t rows = 0;    ///< trained, of reported chunks
  std::uint64_t chunks = 0;  ///< reported
  std::uint64_t updates = 0; ///< commits folded into shard 0; batches where nobody keeps a center
  std::uint64_t duplicates = 0;
  std::uint64_t fenced = 0;
  std::uint64_t rejected = 0;
  std::uint64_t losses = 0; ///< workers that died
  std::uint32_t workers_alive = 0;
  std::map<std::uint64_t, std::uint64_t> staleness; ///< how many folded commits had which staleness, all shards
  std::map<std::uint32_t, worker_statistics> workers;
  std::deque<chunk_report> recent; ///< the newest reports, 100 at most

  void add(const chunk_report& report);
  void add(const commit_record& record);
  void add(const run_event& event);

  double recent_loss() const;     ///< mean over the rows of `recent`; NaN before the first
  double recent_accuracy() const; ///< likewise
  double mean_staleness() const;  ///< 0 before the first commit
};

} // namespace dk
