#include "tests/runtime/laboratory/planted.hpp"

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>

namespace dk {

// Reaches into a shard to break it.
struct shard_tampering {
  static void forget(shard& of, chunk_id chunk) {
    const auto number = of.setup_.grid.number(chunk);
    chunk_set others;
    for (std::uint64_t i = 0; i < of.folded_.end(); ++i)
      if (i != number && of.folded_.has(i))
        others.add(i);
    of.folded_ = others;
  }
};

} // namespace dk

namespace dk::test {

namespace {

// A parameter server without barriers and gates, around a shard that a defect gets at.
server_actor::behavior_type faulty_server(server_actor::stateful_pointer<server_state> self, server_setup setup,
                                          defect what) {
  auto& my = self->state;
  my.watchers = setup.watchers;
  my.started = self->clock().now();
  my.slice.emplace(static_cast<shard_setup&&>(std::move(setup)));
  end_on_exception(self);
  return {
      [=](const pull& from) {
        return self->state.slice->give({from.worker, from.lease, from.base});
      },
      [=](const commit& from) {
        auto& slice = *self->state.slice;
        auto heard = from;
        if (what == defect::no_duplicate_check)
          shard_tampering::forget(slice, from.chunk);
        if (what == defect::staleness_off_by_one && heard.base > 0)
          --heard.base;
        if (what == defect::tail_not_committed && from.rows.size() < slice.setup().grid.chunk_rows) {
          verdict thrown_away;
          thrown_away.version = slice.now().version;
          thrown_away.newest = {center_update::kind::whole, slice.now().version, 0, slice.now().weights, {}};
          return thrown_away;
        }
        auto answer = slice.judge(heard);
        const commit_record record{std::chrono::duration<double>(self->clock().now() - self->state.started).count(),
                                   slice.setup().shard,
                                   from.worker,
                                   from.chunk,
                                   from.rows,
                                   from.base,
                                   answer.version,
                                   answer.staleness,
                                   answer.kind,
                                   answer.scale,
                                   answer.reason,
                                   from.after};
        for (const auto& watcher : self->state.watchers)
          caf::anon_send(watcher, record);
        return answer;
      },
      [=](newest_atom) { return self->state.slice->now(); },
      [=](close_atom, exact) { return self->state.slice->now().version; },
      [=](have_atom, chunk_id chunk) { return self->state.slice->has(chunk); },
      [=](fence_atom, std::uint32_t worker, std::uint64_t lease) { self->state.slice->fence(worker, lease); },
      [=](tally_atom) { return self->state.slice->tally(); },
      [=](state_atom) {
        auto state = self->state.slice->state();
        if (what == defect::bitmap_not_saved)
          state.folded = {};
        return state;
      },
      [=](watch_atom, const caf::actor& watcher) { self->state.watchers.push_back(watcher); },
  };
}

} // namespace

std::function<server_actor(caf::actor_system&, const server_setup&)> server_with(defect what) {
  if (what == defect::none)
    return {};
  return
      [what](caf::actor_system& system, const server_setup& setup) { return system.spawn(faulty_server, setup, what); };
}

} // namespace dk::test
