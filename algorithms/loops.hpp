#pragma once

#include "algorithms/catalog.hpp"

// The loops that the algorithms share, each written once.

namespace dk {

/// Commits (replica - base) * scale(k), where k is the number of batches that the chunk really had; adopts the center
/// that comes back with the verdict. One round trip a chunk.
exchange_rule windowed(std::function<float(std::uint32_t k)> scale);

/// Pulls the center, moves the replica towards it by E = alpha * (replica - center), and commits E. The replica goes on
/// from where it is: it never adopts the center.
exchange_rule elastic(float alpha);

/// Exchanges nothing.
exchange_rule alone();

/// next = now + factor(staleness) * delta.
fold_rule add(std::function<double(std::uint64_t staleness)> factor);

} // namespace dk
