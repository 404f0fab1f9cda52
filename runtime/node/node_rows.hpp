#pragma once

#include "runtime/node/supervisor.hpp"
#include "runtime/transport/row_keeper.hpp"

namespace dk {

// What a node's supervisor does about rows.

/// What room its cache has. @throws failure (data) for names that are none
rows_room room_for_rows(const node_state& my, const room_question& wanted);

/// Looks for rows, and keeps them for their driver if they are there; or else makes room for them.
/// @throws failure (usage, data, resources)
rows_standing look_for_rows(node_ptr self, const rows_offer& wanted);

/// Some of them have come. @throws failure (usage, data, resources)
rows_standing add_rows(node_ptr self, const rows_piece& piece);

/// This driver is gone: its rows may make room for others.
void release_rows_of(node_state& my, const caf::actor_addr& driver);

/// Opens files of a cache, for others to read.
sealed_file_opener opener_of(const row_cache& cache);

} // namespace dk
