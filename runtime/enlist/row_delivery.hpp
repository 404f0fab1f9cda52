#pragma once

#include "data/sealed_rows.hpp"
#include "runtime/enlist/messages.hpp"

#include <caf/scoped_actor.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace dk {

/// What became of rows that a node was to have.
struct delivery {
  std::string path;       ///< on its host; empty: it has no room for them, or its disk fails
  std::string why;        ///< then
  std::uint64_t sent = 0; ///< bytes; 0: it had them
};

/// Lets each of these nodes have the rows, all at the same time: sends what it does not have yet, some pieces ahead.
/// @param timeout for each answer @throws failure (connect, nodes, data)
std::vector<delivery> deliver(caf::scoped_actor& self, const std::vector<node_actor>& nodes,
                              const std::shared_ptr<const data::sealed_file>& file, std::chrono::milliseconds timeout);

} // namespace dk
