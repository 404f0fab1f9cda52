#pragma once

#include "actors/protocol/protocol.hpp"

namespace dk {

/// Measures some of a shard's commits: how long they are, how far the center has gone since their base, and whether
/// they point where it is going. A measurement reads the model once more, which is what folding a commit in costs; so
/// of a long run only one commit in 32 is measured. Which ones is a matter of their chunk, so that all shards
/// measure the same.
class gauge {
public:
  /// Of a run over these chunks, from this center on.
  gauge(const chunk_grid& grid, const center& start);

  /// Whether the commit of the chunk with this number is measured.
  bool wants(std::uint64_t number) const;

  /// @param base the center that the commit started from; empty: not known
  /// @param descends the center moves against the commits, as against gradients
  commit_lengths measure(const delta& what, const center& now, const block& base, bool descends) const;

  /// The center has moved on. Its latest movement is that since 100 to 200 versions ago, or since the start.
  void follow(const center& now);

private:
  std::uint64_t one_in_;
  center before_; // where the latest movement began
  center next_;   // where it will be said to have begun later
};

} // namespace dk
