#pragma once

#include "actors/protocol/protocol.hpp"
#include "data/shuffle_reader.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <optional>

namespace dk {

struct row_reader_setup {
  data::dataset rows; ///< stored
  std::uint64_t seed = 1;
  bool shuffle = true;
  data::sampling sampling = data::sampling::every_row;
};

struct row_reader_state {
  static inline const char* name = "row_reader";

  std::optional<data::shuffle_reader> buffers;
};

/// Keeps the buffer of stored rows that is trained, and the next, for all workers of a model.
row_reader_actor::behavior_type row_reader(row_reader_actor::stateful_pointer<row_reader_state> self,
                                           row_reader_setup setup);

} // namespace dk
