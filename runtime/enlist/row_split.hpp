#pragma once

#include "actors/protocol/chunk.hpp"
#include "runtime/enlist/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dk {

/// Cuts rows that are too many for a node's cache into parts that lie side by side: about eight for each node, of at
/// least 1 MiB, and so that their heads take little. How many there are changes only where the number of nodes passes a
/// power of two, so that caches can be used again. @param bytes of the rows in one file @param head bytes of each file
/// besides rows
std::vector<row_range> split_rows(std::uint64_t rows, std::uint64_t bytes, std::uint64_t head, std::size_t nodes);

/// What a node has room for.
struct part_room {
  std::uint64_t bytes = 0;
  std::vector<std::uint32_t> there; ///< the parts that it has already, which count into the bytes
  bool works = true;                ///< workers of the run are there
};

/// Which parts each node shall have: those that it has already first. All that it has room for, but no part is to be
/// on two nodes as long as there is room for one that is on none. A node without workers gets what has no room on the
/// others. @param bytes of each part
/// @return by node, in ascending order
std::vector<std::vector<std::size_t>> spread_parts(const std::vector<std::uint64_t>& bytes,
                                                   const std::vector<part_room>& nodes);

/// The rows that are in files beside a worker, in ascending order, apart from each other.
std::vector<row_range> rows_beside(const rows_there& rows);

} // namespace dk
