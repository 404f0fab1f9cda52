#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace dk {

/// Keeps every commit of a shard within a bound on its staleness by making workers wait before they start and, if need
/// be, before they are folded in. Nobody waits for ever: those inside can always be folded in, the oldest base first,
/// without any of them becoming too stale; an entrant that would spoil that stays outside.
///
/// Invariant: with the bases inside in ascending order b(0) <= b(1) <= ..., version + k - b(k) <= bound for each k,
/// since commit k is folded in after k others. Bounded staleness as in Ho et al. 2013 (Stale Synchronous Parallel), but
/// counted in versions of the center instead of clocks of the workers.
class admission {
public:
  explicit admission(std::uint64_t bound) : bound_(bound) {}

  /// Whether this worker may start, from the newest version: it would be folded in after all others who are inside.
  bool has_room(std::uint32_t worker) const { return inside_.size() - inside_.count(worker) <= bound_; }

  /// A worker starts from this version for this lease; it replaces what the worker had for an earlier one. A copy of a
  /// pull, which comes when the lease has begun or is over, changes nothing.
  void enter(std::uint32_t worker, std::uint64_t lease, std::uint64_t base);

  /// Whether this worker's commit may be folded in now, which makes version + 1. One that never entered must be within
  /// the bound itself (the caller's part), and wait like the others.
  bool may_fold(std::uint32_t worker, std::uint64_t version) const;

  /// This worker's leases up to this one are over: their commits are settled, or fenced.
  void leave(std::uint32_t worker, std::uint64_t lease);

  std::uint64_t bound() const { return bound_; }

private:
  struct entry {
    std::uint64_t lease;
    std::uint64_t base;
  };

  bool is_feasible(std::uint64_t version, std::vector<std::uint64_t> bases) const;
  std::vector<std::uint64_t> bases_but(std::uint32_t worker) const;

  std::uint64_t bound_;
  std::map<std::uint32_t, entry> inside_;       // by worker
  std::map<std::uint32_t, std::uint64_t> over_; // by worker: leases up to this one
};

} // namespace dk
