#pragma once

#include "actors/protocol/protocol.hpp"
#include "data/dataset.hpp"
#include "data/shuffle.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <optional>

namespace dk {

struct loader_setup {
  data::dataset rows; ///< shared, immutable
  std::uint64_t seed = 1;
  bool shuffle = true;
  data::sampling sampling = data::sampling::every_row;
  row_reader_actor reader = {}; ///< of rows that are stored; all loaders of the same rows and seed share one
};

struct loader_state {
  static inline const char* name = "data_loader";

  loader_setup setup;
  std::optional<data::row_order> order; // of the epoch of `current`
  std::uint32_t epoch = 0;
  fetch current;
  worker_actor worker;
  std::uint64_t next = 0; // the first row that is not yet in a batch
};

/// Cuts one leased chunk at a time into batches and sends them to the worker that fetched it, as far as its credit
/// goes. A new `fetch` ends the last one; credit for another lease is ignored.
loader_actor::behavior_type data_loader(loader_actor::stateful_pointer<loader_state> self, loader_setup setup);

} // namespace dk
