#pragma once

#include "actors/protocol/center_update.hpp"

#include <map>

namespace dk {

/// Who asks for a center, for what, and what it has: requests of a worker are in the order of their leases, and of one
/// lease in that of their bases.
struct asking {
  std::uint32_t worker = 0;
  std::uint64_t lease = 0;
  std::uint64_t base = 0; ///< the version that it has
};

/// The centers that workers may have, as they have them: for each worker what it was given since its newest request,
/// and the first of all, for workers that are yet to come. Blocks are shared: in one process what is not compressed
/// costs no memory.
class snapshots {
public:
  /// Starts to keep them. Until then nothing is kept.
  void begin(const center& first) { first_ = first; }

  /// Whether the worker has asked for something later already: then this came twice, and nobody waits for an answer.
  bool is_late(const asking& request) const;

  /// The worker gets this one, and will not name the version that it had any more.
  void give(const asking& to, const center& newest);

  /// What the worker has of this version; an empty block when it is not kept.
  block find(std::uint32_t worker, std::uint64_t version) const;

  /// How many are kept for workers.
  std::size_t size() const;

private:
  struct lane {
    asking newest;
    std::map<std::uint64_t, block> given; // by version
  };

  center first_;
  std::map<std::uint32_t, lane> lanes_; // by worker
};

} // namespace dk
