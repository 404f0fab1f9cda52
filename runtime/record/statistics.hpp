#pragma once

#include "actors/protocol/protocol.hpp"
#include "nn/loss_sums.hpp"
#include "runtime/record/rows_account.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace dk {

/// How a worker's commits lay to the center, from those that the shards measured (actors/server/gauge.hpp). Lengths are
/// root mean squares over its commits.
class commit_statistics {
public:
  void add(const commit_record& applied);

  /// Folded in, counted on every shard.
  std::uint64_t commits() const { return commits_; }
  /// Of them, measured; of several shards the first counts.
  std::uint64_t measured() const { return measured_; }

  double mean_staleness() const;
  std::uint64_t max_staleness() const { return max_staleness_; }
  double mean_scale() const;

  // Nothing where nothing was measured.

  /// Of a commit, before it was scaled.
  std::optional<double> update_norm() const;
  /// From the base of a commit to the center that it came to. Nothing as well where the shards do not keep bases.
  std::optional<double> distance() const;
  /// Between the commits and the movement of the center at that time, from -1 to 1: the mean, weighted by lengths.
  /// Nothing as well while the center stood still.
  std::optional<double> cosine() const;

private:
  std::uint64_t commits_ = 0;
  std::uint64_t staleness_ = 0;
  std::uint64_t max_staleness_ = 0;
  double scale_ = 0;
  std::uint64_t measured_ = 0;
  std::uint64_t with_base_ = 0;
  double update_ = 0;
  double distance_ = 0;
  double moved_update_ = 0; // of the commits that came while the center moved
  double movement_ = 0;
  double along_ = 0;
};

/// What one worker did in a session.
struct worker_statistics {
  std::uint64_t chunks = 0;
  std::uint64_t rows = 0;
  double computing_seconds = 0;
  double waiting_seconds = 0;
  std::uint64_t sent_bytes = 0;     ///< of commits, as they travel between processes
  std::uint64_t received_bytes = 0; ///< of centers, likewise
  commit_statistics commits;

  double sent_per_exchange() const { return per_exchange(sent_bytes); }
  double received_per_exchange() const { return per_exchange(received_bytes); }

private:
  double per_exchange(std::uint64_t bytes) const {
    return chunks > 0 ? static_cast<double>(bytes) / static_cast<double>(chunks) : 0;
  }
};

/// What was measured over an epoch's rows while they were trained.
struct epoch_statistics {
  nn::loss_sums all;
  std::map<std::uint32_t, nn::loss_sums> workers;
};

/// A session in numbers, while it goes on and at its end. A replay counts all sessions of its run.
struct run_statistics {
  std::uint64_t rows = 0;    ///< trained, of reported chunks
  std::uint64_t chunks = 0;  ///< reported
  std::uint64_t updates = 0; ///< commits folded into shard 0; chunks where nobody keeps a center
  std::uint64_t duplicates = 0;
  std::uint64_t fenced = 0;
  std::uint64_t rejected = 0;
  std::uint64_t workers_lost = 0; ///< workers that died
  std::uint32_t workers_alive = 0;
  std::map<std::uint64_t, std::uint64_t> staleness; ///< how many folded commits had which staleness, all shards
  std::map<std::uint32_t, worker_statistics> workers;
  std::map<std::uint32_t, epoch_statistics> epochs;
  std::vector<validation_report> validation; ///< in their order
  std::deque<chunk_report> recent;           ///< the newest reports, 100 at most
  std::vector<rows_seen> seen; ///< per shard: of its commits that were told, through all sessions of the run

  void add(const chunk_report& report);
  void add(const commit_record& record);
  void add(const validation_report& report) { validation.push_back(report); }
  void add(const run_event& event);

  double recent_loss() const;                    ///< mean over the rows of `recent`; NaN before the first
  std::optional<double> recent_accuracy() const; ///< likewise; nothing where outputs are numbers
  double mean_staleness() const;                 ///< 0 before the first commit
};

} // namespace dk
