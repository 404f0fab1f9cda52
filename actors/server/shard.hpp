#pragma once

#include "actors/protocol/fold.hpp"
#include "actors/server/gauge.hpp"
#include "actors/server/policy.hpp"
#include "actors/server/round.hpp"
#include "actors/server/snapshots.hpp"

#include <vector>

namespace dk {

struct shard_setup {
  std::uint32_t shard = 0;
  std::uint64_t offset = 0; ///< of the slice in the flat vector
  center start;             ///< version 0, or what a checkpoint held
  chunk_set folded;         ///< a checkpoint's; empty for a fresh run
  chunk_grid grid;
  std::uint32_t session = 0;
  std::uint32_t shard_session = 0;
  server_rule rule;
  staleness_policy policy;
  dk::compression compression;
  bool keep_bases = false; ///< to measure how far the center has moved since, also where no rule needs them
};

/// One shard of the center, and the set of the chunks that it has folded in. What a parameter_server is about,
/// without its messages.
/// Invariant: a chunk is in the set exactly when its delta is in the center; both change in one call, together with
/// the version. A center that was handed out never changes: the next version is written into another, recycled buffer.
class shard {
public:
  explicit shard(shard_setup setup);

  /// Decides on a commit, and folds it in where it can. Behind a barrier it is kept until the round is closed.
  verdict judge(const commit& from);

  /// Whether judge would fold it in: it is whole, in time and new.
  bool would_fold(const commit& from) const;

  /// Folds in what the round has brought. @param rate the learning rate, in parts of the configured one. @return a
  /// record per commit, in the order in which they came
  /// @throws failure (diverged)
  std::vector<commit_record> close_round(double rate = 1);

  /// The newest center, which the worker has from now on.
  center_update give(const asking& to);

  /// This worker's leases up to this one are over.
  void fence(std::uint32_t worker, std::uint64_t lease);

  /// Whether the chunk is in, or will be when the round is closed.
  bool has(chunk_id chunk) const;

  const center& now() const { return now_; }

  /// Of the commit that judge has looked at last.
  const commit_lengths& lengths() const { return lengths_; }

  const shard_setup& setup() const { return setup_; }
  shard_tally tally() const;
  shard_state state() const;

private:
  friend struct shard_tampering; // tests plant defects

  std::string shape_error(const commit& from) const;
  bool is_fenced(const commit& from) const;
  void refuse(verdict& answer, std::string reason, bool again = false);
  void apply(const commit& from, verdict& answer);
  bool needs_base() const { return setup_.rule.needs_base || setup_.policy.kind == policy_kind::distance; }
  block base_of(const commit& from) const;
  void advance(block next, std::uint64_t versions);
  double policy_scale(const commit& from, const block& base, std::uint64_t staleness) const;

  shard_setup setup_;
  center now_;
  chunk_set folded_;
  std::map<std::uint32_t, std::uint64_t> fences_; // per worker: leases up to this one are over
  std::map<std::uint32_t, std::uint64_t> newest_; // per worker: the lease whose commit was folded in last
  snapshots given_;                               // where the rule, the policy or the compression needs them
  round round_;
  gauge gauge_;
  commit_lengths lengths_;
  shard_tally tally_;
};

} // namespace dk
