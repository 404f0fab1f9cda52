#include "actors/parameter_server.hpp"

#include "actor_fixture.hpp"

#include <cmath>
#include <limits>

using namespace dk;
using namespace dk::test;

// A defect, planted.
namespace dk {
struct shard_tampering {
  static void forget_chunks(shard& of) { of.bitmap_[0] = 0; }
};
} // namespace dk

namespace {

folded add(const folding& f) {
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
    setup.run_epoch = 4;
    setup.shard_epoch = 2;
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

} // namespace

TEST_CASE_METHOD(server_fixture, "a commit is folded, raises the version and tells its staleness",
                 "[actors][parameter_server]") {
  const auto first = answer_to(commit_of({0, 0}, 0));
  CHECK(first.kind == verdict_kind::applied);
  CHECK(first.version == 1);
  CHECK(first.staleness == 0);
  CHECK(double{first.scale} == 0.5);
  CHECK(first.weights.empty()); // it did not ask for the center
  const auto second = answer_to(commit_of({0, 1}, 0));
  CHECK(second.version == 2);
  CHECK(second.staleness == 1);
  const auto third = answer_to(commit_of({0, 2}, 0));
  CHECK(third.staleness == 2);
  CHECK(answer_to(commit_of({1, 0}, 3)).staleness == 0);
  CHECK(pull().version == 4);
  CHECK(numbers_of(pull().weights) == std::vector<float>{5, 6, 7});
}

TEST_CASE_METHOD(server_fixture, "the verdict carries the new center when it is asked for",
                 "[actors][parameter_server]") {
  auto wanting = commit_of({0, 0}, 0);
  wanting.wants_center = true;
  const auto answer = answer_to(wanting);
  CHECK(answer.version == 1);
  CHECK(numbers_of(answer.weights) == std::vector<float>{2, 3, 4});
  CHECK(answer.weights.data() == pull().weights.data());
  CHECK(numbers_of(answer_to(wanting).weights) == std::vector<float>{2, 3, 4}); // a duplicate gets it too
}

TEST_CASE_METHOD(server_fixture, "a chunk counts once, whoever sends it", "[actors][parameter_server]") {
  auto once = commit_of({0, 1}, 0);
  CHECK(answer_to(once).kind == verdict_kind::applied);
  check_refused(once, verdict_kind::duplicate);
  once.worker = 3;
  once.lease = 99;
  once.delta = block_of({7, 7, 7});
  check_refused(once, verdict_kind::duplicate);
  CHECK(tally().duplicates == 2);
  CHECK(tally().folded_rows == 10);
  CHECK(answer_to(commit_of({1, 1}, 1)).kind == verdict_kind::applied); // the same rows of another epoch
}

TEST_CASE_METHOD(server_fixture, "a commit of another start of the driver or the shard is fenced",
                 "[actors][parameter_server]") {
  auto old = commit_of({0, 0}, 0);
  old.run_epoch = 3;
  check_refused(old, verdict_kind::fenced);
  auto lost = commit_of({0, 0}, 0);
  lost.shard_epoch = 1;
  check_refused(lost, verdict_kind::fenced);
  CHECK(tally().fenced == 2);
}

TEST_CASE_METHOD(server_fixture, "a fence ends one worker's leases up to a number", "[actors][parameter_server]") {
  me.send(server, fence_atom_v, std::uint32_t{0}, std::uint64_t{5});
  me.send(server, fence_atom_v, std::uint32_t{0}, std::uint64_t{3}); // fences never come down
  auto from = commit_of({0, 0}, 0);
  from.lease = 5;
  check_refused(from, verdict_kind::fenced);
  from.worker = 1;
  CHECK(answer_to(from).kind == verdict_kind::applied);
  from = commit_of({0, 1}, 0);
  from.lease = 6;
  CHECK(answer_to(from).kind == verdict_kind::applied);
}

TEST_CASE_METHOD(server_fixture, "a commit that fits nothing is rejected with its reason",
                 "[actors][parameter_server]") {
  const auto rejected = [this](const commit& what, const std::string& reason) {
    check_refused(what, verdict_kind::rejected);
    CHECK(answer_to(what).reason == reason);
  };
  auto wrong = commit_of({0, 0}, 0);
  wrong.delta = block_of({1, 1});
  rejected(wrong, "a delta of 2 values for a shard of 3");
  wrong = commit_of({0, 0}, 0);
  wrong.chunk = {0, 3};
  rejected(wrong, "the run has no chunk e0/c3");
  wrong.chunk = {2, 0};
  rejected(wrong, "the run has no chunk e2/c0");
  wrong = commit_of({0, 2}, 0);
  wrong.rows.last = 30;
  rejected(wrong, "rows [20,30) are not those of e0/c2");
  rejected(commit_of({0, 0}, 1), "base 1 is newer than version 0");
  CHECK(tally().rejected == 10);
}

TEST_CASE_METHOD(server_fixture, "a delta that is not finite is rejected", "[actors][parameter_server]") {
  using limits = std::numeric_limits<float>;
  const float poison = GENERATE(limits::infinity(), -limits::infinity(), limits::quiet_NaN());
  auto bad = commit_of({0, 0}, 0);
  bad.delta = block_of({0, poison, 0});
  check_refused(bad, verdict_kind::rejected);
  CHECK(answer_to(commit_of({0, 0}, 0)).kind == verdict_kind::applied); // the chunk is still open
}

TEST_CASE_METHOD(server_fixture, "a snapshot never changes and is shared, not copied", "[actors][parameter_server]") {
  const auto handed_out = pull();
  CHECK(handed_out.weights.data() == pull().weights.data());
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch)
    for (std::uint32_t index = 0; index < 3; ++index)
      answer_to(commit_of({epoch, index}, 0));
  CHECK(pull().weights.data() != handed_out.weights.data());
  CHECK(numbers_of(handed_out.weights) == std::vector<float>{1, 2, 3});
  CHECK(numbers_of(pull().weights) == std::vector<float>{7, 8, 9});
}

TEST_CASE_METHOD(server_fixture, "have tells whether a chunk is in", "[actors][parameter_server]") {
  answer_to(commit_of({1, 2}, 0));
  CHECK(ask<bool>(server, have_atom_v, chunk_id{1, 2}));
  CHECK_FALSE(ask<bool>(server, have_atom_v, chunk_id{0, 2}));
  CHECK_FALSE(ask<bool>(server, have_atom_v, chunk_id{0, 77})); // there is no such chunk
}

TEST_CASE_METHOD(server_fixture, "the bitmap is saved with the weights, and a restarted shard knows its chunks",
                 "[actors][parameter_server]") {
  answer_to(commit_of({0, 2}, 0));
  answer_to(commit_of({1, 0}, 0));
  const auto saved = ask<shard_state>(server, state_atom_v);
  CHECK(saved.shard == 1);
  CHECK(saved.offset == 6);
  CHECK(saved.version == 2);
  CHECK(numbers_of(saved.weights) == std::vector<float>{3, 4, 5});
  CHECK(saved.folded == std::vector<std::uint64_t>{1U << 2U | 1U << 3U});
  CHECK(saved.grid.rows == 25);

  auto again = setup();
  again.start = {saved.version, saved.weights};
  again.folded = saved.folded;
  server = spawn(parameter_server, again);
  CHECK(tally().bitmap_rows == 15);
  CHECK(tally().folded_rows == 15);
  check_refused(commit_of({0, 2}, 2), verdict_kind::duplicate);
  const auto next = answer_to(commit_of({0, 0}, 2));
  CHECK(next.version == 3);
  CHECK(next.staleness == 0);
}

TEST_CASE_METHOD(server_fixture, "the tally counts folded rows and the bitmap's rows apart",
                 "[actors][parameter_server]") {
  answer_to(commit_of({0, 2}, 0)); // the short one
  answer_to(commit_of({1, 0}, 0));
  auto counted = tally();
  CHECK(counted.version == 2);
  CHECK(counted.folded_rows == 15);
  CHECK(counted.bitmap_rows == 15);
  shard_tampering::forget_chunks(
      *state_of<server_state>(server).slice); // as if a defect forgot: the second fold shows as doubled rows
  answer_to(commit_of({1, 0}, 0));
  counted = tally();
  CHECK(counted.folded_rows == 25);
  CHECK(counted.bitmap_rows == 10);
}

TEST_CASE_METHOD(server_fixture, "a watcher hears of every commit as it was handled", "[actors][parameter_server]") {
  const auto watcher = make_probe();
  me.send(server, watch_atom_v, watcher.actor());
  run();
  pass(std::chrono::milliseconds{1500});
  auto from = commit_of({0, 1}, 0);
  from.worker = 9;
  answer_to(from);
  answer_to(from);
  REQUIRE(watcher.count<commit_record>() == 2);
  const auto first = watcher.take<commit_record>();
  CHECK(double{first.seconds} == 1.5);
  CHECK(first.shard == 1);
  CHECK(first.worker == 9);
  CHECK(first.chunk == chunk_id{0, 1});
  CHECK(first.rows == row_range{10, 20});
  CHECK(first.base == 0);
  CHECK(first.version == 1);
  CHECK(first.staleness == 0);
  CHECK(first.kind == verdict_kind::applied);
  CHECK(double{first.scale} == 0.5);
  const auto second = watcher.take<commit_record>();
  CHECK(second.kind == verdict_kind::duplicate);
  CHECK(second.version == 1);
  CHECK(second.staleness == 1);
}

TEST_CASE_METHOD(server_fixture, "a rule that throws ends the shard with its reason", "[actors][parameter_server]") {
  auto broken = setup();
  broken.rule.fold = [](const folding&) -> folded { throw failure{errc::resources, "out of paper"}; };
  server = spawn(parameter_server, broken);
  me.send(server, commit_of({0, 0}, 0));
  run();
  REQUIRE(end_of(server));
  CHECK(to_failure(*end_of(server)).code() == errc::resources);
}

namespace {

struct waiting_fixture : server_fixture {
  waiting_fixture() {
    auto bounded = setup();
    bounded.policy = {policy_kind::wait, 1};
    server = spawn(parameter_server, bounded);
    run();
  }

  void pull(const probe& worker, std::uint32_t id, std::uint64_t lease) {
    worker.send(server, dk::pull{id, lease});
    run();
  }

  void send(const probe& worker, std::uint32_t id, std::uint64_t lease, std::uint32_t chunk, std::uint64_t base) {
    auto made = commit_of({0, chunk}, base);
    made.worker = id;
    made.lease = lease;
    worker.send(server, made);
    run();
  }

  probe slow = make_probe();
  probe fast = make_probe();
  probe third = make_probe();
};

} // namespace

TEST_CASE_METHOD(waiting_fixture, "under the policy wait a commit waits for the slow one it would leave behind",
                 "[actors][parameter_server][policy]") {
  pull(slow, 0, 1);
  pull(fast, 1, 2);
  CHECK(slow.take<center>().version == 0);
  CHECK(fast.take<center>().version == 0);
  pull(third, 2, 3);
  CHECK(third.empty()); // it would be the third to be folded in: 2 of 1
  send(fast, 1, 2, 0, 0);
  CHECK(fast.take<verdict>().version == 1); // leaves the slow one at 1 of 1
  CHECK(third.take<center>().version == 1);
  send(third, 2, 3, 1, 1);
  CHECK(third.empty());
  send(slow, 0, 1, 2, 0);
  CHECK(slow.take<verdict>().staleness == 1);
  CHECK(third.take<verdict>().staleness == 1);
}

TEST_CASE_METHOD(waiting_fixture, "nobody waits for a worker that is gone", "[actors][parameter_server][policy]") {
  pull(slow, 0, 1);
  pull(fast, 1, 2);
  send(fast, 1, 2, 0, 0);
  pull(fast, 1, 3);
  send(fast, 1, 3, 1, 1);
  pull(third, 2, 4);
  CHECK(fast.count<verdict>() == 1);
  CHECK(third.empty());
  me.send(server, fence_atom_v, std::uint32_t{0}, std::uint64_t{1}); // the ledger has given it up
  run();
  CHECK(fast.count<verdict>() == 2);
  CHECK(third.take<center>().version == 2);
  send(slow, 0, 1, 2, 0); // and if it comes back, it is too late
  CHECK(slow.take_mail<verdict>().content.get_as<verdict>(0).kind == verdict_kind::fenced);
}

TEST_CASE_METHOD(waiting_fixture, "a fenced worker that waits is let go", "[actors][parameter_server][policy]") {
  pull(slow, 0, 1);
  pull(fast, 1, 2);
  pull(third, 2, 3);
  CHECK(third.empty());
  me.send(server, fence_atom_v, std::uint32_t{2}, std::uint64_t{3});
  run();
  CHECK(third.take<center>().version == 0);
  send(third, 2, 3, 0, 0);
  CHECK(third.take<verdict>().kind == verdict_kind::fenced);
}
