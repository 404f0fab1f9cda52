#pragma once

#include "data/sealed_rows.hpp"
#include "runtime/enlist/messages.hpp"

#include <caf/scoped_actor.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// Rows that lie side by side, as they are sent.
struct sealed_range {
  row_range rows; ///< of the data set
  std::shared_ptr<const data::sealed_file> file;
};

/// A node that is to have rows.
struct row_place {
  node_actor node;
  std::string where;                    ///< its address, for a person
  recruit_actor process;                ///< one of its host; null: none is there, so it is sent all rows
  std::vector<sealed_range> files = {}; ///< that it is to have, those that it has first
};

/// What became of rows that a node was to have.
struct delivery {
  std::vector<std::string> paths; ///< of its files, on its host; empty: it has no room for more, or its disk fails
  std::string why;                ///< then
  std::uint64_t sent = 0;         ///< bytes; 0: it had them, or has read them itself
  bool read = false;              ///< from their source
};

/// Lets each of these nodes have its rows, all at the same time: lets a process of its host read them by the recipe, or
/// without one sends what it does not have yet, some pieces ahead.
/// @param first of the data set's rows among those that the recipe reads
/// @param timeout for each answer of a node; who reads rows has as long as that takes
/// @throws failure (connect, nodes, data): also where a host has other rows
std::vector<delivery> deliver(caf::scoped_actor& self, const std::vector<row_place>& places,
                              const std::optional<rows_recipe>& recipe, std::uint64_t first,
                              std::chrono::milliseconds timeout);

} // namespace dk
