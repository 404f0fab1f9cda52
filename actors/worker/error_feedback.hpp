#pragma once

#include "actors/protocol/delta.hpp"

namespace dk {

/// A commit as it is sent, and what it has lost.
struct compressed_delta {
  delta sent;
  block unsent; ///< goes into the next commit; empty: nothing, or nobody minds
};

/// numbers + unsent; without any, the numbers themselves.
block with_unsent(const block& numbers, const block& unsent);

/// Compresses a delta and what the commits before it have lost. @param unsent that; empty: nothing
compressed_delta compress(const compression& how, const delta& numbers, const block& unsent);

} // namespace dk
