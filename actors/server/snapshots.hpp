#pragma once

#include "actors/protocol/protocol.hpp"

#include <map>

namespace dk {

/// The centers that workers may still name as the base of a commit: for each worker the newest that it was given, and
/// the first of all, for workers that are yet to come. Blocks are shared: in one process this costs no memory.
class snapshots {
public:
  /// Starts to keep them. Until then nothing is kept.
  void begin(const center& first);

  void give(std::uint32_t worker, const center& newest);

  /// The center of this version; an empty block when it is not kept.
  block find(std::uint64_t version) const;

  std::size_t size() const { return blocks_.size(); }

private:
  struct kept {
    block weights;
    std::size_t users = 0;
  };

  void let_go(std::uint64_t version);

  std::map<std::uint64_t, kept> blocks_;              // by version
  std::map<std::uint32_t, std::uint64_t> version_of_; // by worker
};

} // namespace dk
