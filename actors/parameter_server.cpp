#include "actors/parameter_server.hpp"

#include "actors/errors.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

using server_ptr = server_actor::stateful_pointer<server_state>;

bool test_bit(const std::vector<std::uint64_t>& bits, std::uint64_t at) {
  return (bits[at / 64] >> (at % 64) & 1U) != 0;
}

std::string shape_error(const server_state& my, const commit& from) {
  const auto& grid = my.setup.grid;
  if (!grid.contains(from.chunk))
    return "the run has no chunk " + to_string(from.chunk);
  if (!(grid.range(from.chunk) == from.rows))
    return "rows [" + std::to_string(from.rows.first) + "," + std::to_string(from.rows.last) + ") are not those of " +
           to_string(from.chunk);
  if (from.delta.size() != my.now.weights.size())
    return "a delta of " + std::to_string(from.delta.size()) + " values for a shard of " +
           std::to_string(my.now.weights.size());
  if (from.base > my.now.version)
    return "base " + std::to_string(from.base) + " is newer than version " + std::to_string(my.now.version);
  return "";
}

bool is_fenced(const server_state& my, const commit& from) {
  if (from.run_epoch != my.setup.run_epoch || from.shard_epoch != my.setup.shard_epoch)
    return true;
  const auto fence = my.fences.find(from.worker);
  return fence != my.fences.end() && from.lease <= fence->second;
}

// Folds the delta into the next version, if the result is finite.
void apply(server_state& my, const commit& from, verdict& answer) {
  block_writer next{my.now.weights.size()};
  const auto done = my.setup.fold({my.now, from, answer.staleness, next.data()});
  if (!done.finite) {
    answer.kind = verdict_kind::rejected;
    answer.reason = "the delta holds a NaN or an infinity; lower learning_rate";
    ++my.tally.rejected;
    return;
  }
  my.now.weights = std::move(next).done();
  ++my.now.version;
  const auto number = my.setup.grid.number(from.chunk);
  my.bitmap[number / 64] |= std::uint64_t{1} << (number % 64);
  my.tally.folded_rows += from.rows.size();
  answer.scale = done.scale;
}

verdict judge(server_state& my, const commit& from) {
  verdict answer;
  if (is_fenced(my, from)) {
    answer.kind = verdict_kind::fenced;
    ++my.tally.fenced;
  } else if (auto wrong = shape_error(my, from); !wrong.empty()) {
    answer.kind = verdict_kind::rejected;
    answer.reason = std::move(wrong);
    ++my.tally.rejected;
  } else {
    answer.staleness = my.now.version - from.base;
    if (test_bit(my.bitmap, my.setup.grid.number(from.chunk))) {
      answer.kind = verdict_kind::duplicate;
      ++my.tally.duplicates;
    } else {
      apply(my, from, answer);
    }
  }
  answer.version = my.now.version;
  if (from.wants_center)
    answer.weights = my.now.weights;
  return answer;
}

shard_tally count(const server_state& my) {
  auto tally = my.tally;
  tally.version = my.now.version;
  const auto& grid = my.setup.grid;
  for (std::uint64_t i = 0; i < grid.chunks(); ++i)
    if (test_bit(my.bitmap, i))
      tally.bitmap_rows += grid.range(grid.chunk(i)).size();
  return tally;
}

} // namespace

server_actor::behavior_type parameter_server(server_actor::stateful_pointer<server_state> self, server_setup setup) {
  auto& my = self->state;
  my.now = setup.start;
  my.bitmap = setup.folded;
  my.bitmap.resize((setup.grid.chunks() + 63) / 64);
  my.setup = std::move(setup);
  my.setup.start = {}; // its memory lives on only in whoever adopted it
  my.started = self->clock().now();
  my.tally.folded_rows = count(my).bitmap_rows;
  end_on_exception(self);
  return {
      [=](pull_atom) { return self->state.now; },
      [=](const commit& from) {
        auto& state = self->state;
        auto answer = judge(state, from);
        if (!state.setup.watchers.empty()) {
          const std::chrono::duration<double> since = self->clock().now() - state.started;
          const commit_record record{since.count(), state.setup.shard, from.worker,    from.chunk,
                                     from.rows,     from.base,         answer.version, answer.staleness,
                                     answer.kind,   answer.scale,      answer.reason};
          for (const auto& watcher : state.setup.watchers)
            caf::anon_send(watcher, record);
        }
        return answer;
      },
      [=](have_atom, chunk_id chunk) {
        const auto& state = self->state;
        return state.setup.grid.contains(chunk) && test_bit(state.bitmap, state.setup.grid.number(chunk));
      },
      [=](fence_atom, std::uint32_t worker, std::uint64_t lease) {
        auto& fence = self->state.fences[worker];
        fence = std::max(fence, lease);
      },
      [=](tally_atom) { return count(self->state); },
      [=](state_atom) {
        const auto& state = self->state;
        return shard_state{state.setup.shard, state.setup.offset, state.now.version,
                           state.now.weights, state.setup.grid,   state.bitmap};
      },
      [=](watch_atom, const caf::actor& watcher) { self->state.setup.watchers.push_back(watcher); },
  };
}

} // namespace dk
