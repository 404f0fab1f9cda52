#pragma once

#include "actors/protocol/chunk.hpp"

#include <cstdint>
#include <string>

namespace dk::test {

/// Follows the log of a run, line by line and apart from the code that wrote it: each shard's versions grow by one with
/// each commit that is folded in and by nothing else, every staleness is version minus base, every chunk has its own
/// rows and is folded in once, through all starts of the run; and at the end every shard has every chunk.
/// @param rounds the algorithm commits in rounds, where nothing is stale
/// @return the first thing that is not so, with its line; "" when all is
std::string audit(const std::string& path, const chunk_grid& grid, std::uint32_t servers, bool rounds);

} // namespace dk::test
