#include "actors/worker/row_reader.hpp"

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>

namespace dk {

row_reader_actor::behavior_type row_reader(row_reader_actor::stateful_pointer<row_reader_state> self,
                                           row_reader_setup setup) {
  const auto wide = setup.rows.feature_width;
  const auto label_wide = setup.rows.label_width;
  const bool weighted = setup.rows.weighted;
  self->state.buffers.emplace(std::move(setup.rows), setup.seed, setup.shuffle, setup.sampling);
  return {[=](const fetch& wanted) -> caf::result<batch> {
    const auto count = wanted.rows.size();
    block_writer features{count * wide};
    block_writer labels{count * label_wide};
    block_writer weights{weighted ? count : 0};
    try {
      self->state.buffers->gather(wanted.chunk.epoch, wanted.rows.first, count, features.data(), labels.data(),
                                  weights.data());
    } catch (...) { // the loader that asked ends with it, and is heard
      return from_exception(std::current_exception());
    }
    return batch{wanted.lease,
                 static_cast<std::uint32_t>(count),
                 false,
                 std::move(features).done(),
                 std::move(labels).done(),
                 std::move(weights).done()};
  }};
}

} // namespace dk
