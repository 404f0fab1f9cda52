#pragma once

#include "actors/server/parameter_server.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <cmath>

namespace dk::test {

inline folded add(const folding& f) {
  bool finite = true;
  for (std::size_t i = 0; i < f.now.weights.size(); ++i) {
    f.next[i] = f.now.weights[i] + f.from.delta.numbers()[i];
    finite = finite && std::isfinite(f.next[i]);
  }
  return {0.5, finite}; // a scale of its own, to be seen in the verdict
}

class server_fixture : public actor_fixture {
public:
  // 25 rows in chunks of 10, 2 epochs; a shard of 3 weights.
  server_setup setup() const {
    server_setup setup;
    setup.shard = 1;
    setup.offset = 6;
    setup.start = {0, block_of({1, 2, 3})};
    setup.grid = {25, 10, 2};
    setup.session = 4;
    setup.shard_session = 2;
    setup.rule.fold = add;
    return setup;
  }

  commit commit_of(chunk_id chunk, std::uint64_t base) const {
    commit made{4, 2, 0, ++leases_, chunk, grid.range(chunk), base, false, 0, block_of({1, 1, 1})};
    return made;
  }

  verdict answer_to(const commit& what) { return ask<verdict>(server, what); }
  center pull() { return ask<center>(server, newest_atom_v); }
  shard_tally tally() { return ask<shard_tally>(server, tally_atom_v); }

  // Says that a commit is refused, and that nothing but the counters moves.
  void check_refused(const commit& what, verdict_kind kind) {
    const auto before = ask<shard_state>(server, state_atom_v);
    const auto answer = answer_to(what);
    const auto after = ask<shard_state>(server, state_atom_v);
    CHECK(answer.kind == kind);
    CHECK(answer.version == before.version);
    CHECK(double{answer.scale} == 0);
    CHECK(answer.reason.empty() == (kind != verdict_kind::rejected));
    CHECK(after.version == before.version);
    CHECK(after.weights.data() == before.weights.data());
    CHECK(numbers_of(after.weights) == numbers_of(before.weights));
    CHECK(after.folded == before.folded);
  }

  chunk_grid grid{25, 10, 2};
  server_actor server = spawn(parameter_server, setup());

private:
  mutable std::uint64_t leases_ = 0;
};

} // namespace dk::test
