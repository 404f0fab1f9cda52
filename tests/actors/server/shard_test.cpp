#include "actors/server/shard.hpp"

#include "tests/actors/actor_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

// 40 rows in chunks of 10; a shard of 2 weights whose rule adds.
shard_setup setup_with(policy_kind policy, std::uint64_t max_staleness = 0) {
  shard_setup setup;
  setup.start = {0, block_of({0, 0})};
  setup.grid = {40, 10, 1};
  setup.rule.fold = [](const folding& f) {
    return folded{f.scale, f.from.delta.add_to(f.now.weights.data(), static_cast<float>(f.scale), f.next)};
  };
  setup.policy = {policy, max_staleness};
  return setup;
}

commit of(std::uint32_t worker, std::uint32_t chunk, std::uint64_t base, const std::vector<float>& delta) {
  commit made;
  made.worker = worker;
  made.lease = chunk + 1;
  made.chunk = {0, chunk};
  made.rows = {std::uint64_t{chunk} * 10, std::uint64_t{chunk} * 10 + 10};
  made.base = base;
  made.wants_center = true;
  made.delta = block_of(delta);
  return made;
}

} // namespace

TEST_CASE("the policy scale counts a commit by its staleness", "[actors][shard][policy]") {
  shard it{setup_with(policy_kind::scale)};
  CHECK(double{it.judge(of(0, 0, 0, {4, 0})).scale} == 1);
  const auto late = it.judge(of(1, 1, 0, {4, 0}));
  CHECK(double{late.scale} == 0.5);
  CHECK(numbers_of(late.newest.weights) == std::vector<float>{6, 0});
}

TEST_CASE("the policy distance counts a commit by how far the center has moved", "[actors][shard][policy]") {
  shard it{setup_with(policy_kind::distance)};
  it.give({1, 0, 0});
  CHECK(double{it.judge(of(0, 0, 0, {3, 4})).scale} == 1); // nothing has moved yet
  const auto late = it.judge(of(1, 1, 0, {0, 5}));         // it has moved by 5, the commit wants 5
  CHECK(double{late.scale} == 0.5);
  CHECK(numbers_of(late.newest.weights) == std::vector<float>{3, 6.5F});
  CHECK(double{it.judge(of(1, 2, 2, {0, 5})).scale} == 1); // that is where its base is now
}

TEST_CASE("the policy reject refuses what is too stale, and lets it be trained again", "[actors][shard][policy]") {
  shard it{setup_with(policy_kind::reject, 1)};
  it.judge(of(0, 0, 0, {1, 0}));
  CHECK(it.judge(of(1, 1, 0, {1, 0})).kind == verdict_kind::applied); // 1 of 1
  const auto late = it.judge(of(2, 2, 0, {1, 0}));
  CHECK(late.kind == verdict_kind::rejected);
  CHECK(late.again);
  CHECK(late.staleness == 2);
  CHECK(late.reason == "staleness 2 is above max_staleness 1");
  CHECK(late.version == 2);
  CHECK(numbers_of(late.newest.weights) == std::vector<float>{2, 0}); // to start again from
  CHECK_FALSE(it.has({0, 2}));
  CHECK(it.judge(of(2, 2, 2, {1, 0})).kind == verdict_kind::applied);
  CHECK(it.tally().rejected == 1);
}

TEST_CASE("a shard measures the commits that it folds in, and no others", "[actors][shard][gauge]") {
  auto setup = setup_with(policy_kind::accept);
  SECTION("with the distance where it keeps the bases") {
    setup.keep_bases = true;
    shard it{setup};
    it.judge(of(0, 0, 0, {3, 4}));
    CHECK(it.lengths().knows_base);
    CHECK(double{it.lengths().distance} == 0);
    CHECK(double{it.lengths().movement} == 0);
    it.judge(of(1, 1, 0, {0, 2})); // the center has moved by (3, 4) since its base
    CHECK(double{it.lengths().update} == 4);
    CHECK(double{it.lengths().distance} == 25);
    CHECK(double{it.lengths().movement} == 25);
    CHECK(double{it.lengths().along} == 8);
    it.judge(of(1, 1, 2, {0, 2})); // a duplicate
    CHECK_FALSE(it.lengths().measured);
    it.judge(of(1, 2, 2, {NAN, 2})); // refused
    CHECK_FALSE(it.lengths().measured);
  }
  SECTION("and without it where it keeps none: nothing is refused for that") {
    shard it{setup};
    it.judge(of(0, 0, 0, {3, 4}));
    CHECK(it.judge(of(1, 1, 0, {0, 2})).kind == verdict_kind::applied);
    CHECK(it.lengths().measured);
    CHECK_FALSE(it.lengths().knows_base);
    it.judge(of(1, 2, 2, {0, 2})); // from the newest version: there is no distance
    CHECK(it.lengths().knows_base);
  }
}

TEST_CASE("a shard says of a duplicate whether it is the worker's own", "[actors][shard]") {
  shard it{setup_with(policy_kind::accept)};
  CHECK_FALSE(it.judge(of(0, 0, 0, {1, 0})).came_twice);
  CHECK(it.judge(of(0, 0, 0, {1, 0})).came_twice);
  auto others = of(1, 0, 0, {1, 0});
  others.lease = 7; // the same chunk, trained again by another worker
  CHECK(it.judge(others).kind == verdict_kind::duplicate);
  CHECK_FALSE(it.judge(others).came_twice);
}

TEST_CASE("only the centers that a worker may still name are kept", "[actors][snapshots]") {
  snapshots kept;
  kept.give({0, 1, 0}, {0, block_of({0})});
  CHECK(kept.size() == 0); // not begun
  kept.begin({0, block_of({0})});
  kept.give({0, 1, 0}, {1, block_of({1})});
  kept.give({1, 2, 0}, {1, block_of({1})});
  kept.give({0, 3, 1}, {2, block_of({2})});
  CHECK(kept.size() == 2); // 1 of worker 1, 2 of worker 0
  CHECK(kept.find(1, 1)[0] == 1);
  CHECK(kept.find(0, 1).empty());
  kept.give({1, 4, 1}, {3, block_of({3})});
  CHECK(kept.find(1, 1).empty());
  CHECK(kept.find(0, 2)[0] == 2);
  CHECK(kept.find(2, 0)[0] == 0); // for who is yet to come
}

TEST_CASE("of a request that came twice both answers are kept, of a late one none", "[actors][snapshots]") {
  snapshots kept;
  kept.begin({0, block_of({0})});
  kept.give({0, 5, 0}, {1, block_of({1})});
  kept.give({0, 5, 0}, {2, block_of({2})});
  CHECK(kept.find(0, 1)[0] == 1);
  CHECK(kept.find(0, 2)[0] == 2);
  kept.give({0, 6, 2}, {3, block_of({3})});
  CHECK(kept.is_late({0, 5, 0}));
  CHECK(kept.is_late({0, 6, 1}));
  CHECK_FALSE(kept.is_late({0, 6, 2}));
  CHECK_FALSE(kept.is_late({0, 7, 0})); // started anew, from the first center
  CHECK_FALSE(kept.is_late({0, 0, no_version}));
  CHECK_FALSE(kept.is_late({1, 1, 0}));
}

namespace {

shard_setup in_rounds(bool mean_by_rows) {
  auto setup = setup_with(policy_kind::accept);
  setup.grid = {35, 10, 1}; // the last chunk has 5 rows
  setup.rule.barrier = barrier::chunk;
  setup.rule.mean_by_rows = mean_by_rows;
  setup.rule.close = [](const round_total& r) {
    for (std::size_t i = 0; i < r.size; ++i)
      r.next[i] = r.now[i] + r.total[i];
    return r.next[0] < 1e30F;
  };
  return setup;
}

commit last_chunk(std::uint32_t worker, const std::vector<float>& delta) {
  auto made = of(worker, 3, 0, delta);
  made.rows = {30, 35};
  return made;
}

} // namespace

TEST_CASE("a round changes the center when it is closed, and not before", "[actors][shard][round]") {
  shard it{in_rounds(false)};
  CHECK(it.judge(of(1, 0, 0, {1, 2})).kind == verdict_kind::applied);
  CHECK(it.judge(of(0, 1, 0, {4, 8})).kind == verdict_kind::applied);
  CHECK(it.judge(of(0, 1, 0, {4, 8})).kind == verdict_kind::duplicate);
  CHECK(it.now().version == 0);
  CHECK(it.has({0, 0}));                   // nobody shall train it again
  CHECK(it.state().folded == chunk_set{}); // but a checkpoint knows what is in its center
  CHECK(it.tally().bitmap_rows == 0);
  const auto records = it.close_round();
  REQUIRE(records.size() == 2);
  CHECK(records[0].worker == 1); // who came first
  CHECK(records[0].version == 1);
  CHECK(records[1].version == 2);
  CHECK(double{records[1].lengths.update} == 80); // each as it came
  CHECK(double{records[1].rate} == 1);
  CHECK(it.now().version == 2);
  CHECK(numbers_of(it.now().weights) == std::vector<float>{5, 10});
  CHECK(it.state().folded == chunk_set::up_to(2));
  CHECK(it.tally().folded_rows == 20);
  CHECK(it.close_round().empty()); // an empty round changes nothing
  CHECK(it.now().version == 2);
}

TEST_CASE("a round's mean counts rows", "[actors][shard][round]") {
  shard it{in_rounds(true)};
  it.judge(of(0, 0, 0, {3, 0}));
  it.judge(last_chunk(1, {9, 0}));
  const auto records = it.close_round();
  CHECK(it.now().weights[0] == Approx(3 * 10.0 / 15 + 9 * 5.0 / 15));
  CHECK(double{records[0].scale} == Approx(2.0 / 3));
}

TEST_CASE("a round's sum does not depend on who came first", "[actors][shard][round]") {
  const std::vector<std::vector<float>> deltas{{1e8F, 1}, {1, 1}, {-1e8F, 1}};
  std::vector<float> sums;
  for (const auto& order : std::vector<std::vector<std::uint32_t>>{{0, 1, 2}, {2, 0, 1}, {1, 2, 0}}) {
    shard it{in_rounds(false)};
    for (const auto worker : order)
      it.judge(of(worker, worker, 0, deltas[worker]));
    it.close_round();
    sums.push_back(it.now().weights[0]);
  }
  CHECK(sums[0] == sums[1]);
  CHECK(sums[1] == sums[2]);
}

TEST_CASE("what is not finite does not get into a round, and a round that is not ends the run",
          "[actors][shard][round]") {
  shard it{in_rounds(false)};
  CHECK(it.judge(of(0, 0, 0, {HUGE_VALF, 0})).kind == verdict_kind::rejected);
  CHECK(it.close_round().empty());
  it.judge(of(0, 0, 0, {2e30F, 0}));
  try {
    it.close_round();
    FAIL("no failure");
  } catch (const failure& why) {
    CHECK(why.code() == errc::diverged);
  }
}

TEST_CASE("a round's records tell each commit as it came", "[actors][shard][round]") {
  shard it{in_rounds(true)};
  auto slow = of(1, 0, 0, {1, 2});
  slow.rate = 0.25;
  it.judge(slow);
  it.judge(last_chunk(0, {4, 8}));
  const auto records = it.close_round();
  REQUIRE(records.size() == 2);
  CHECK(double{records[0].rate} == 0.25);
  CHECK(double{records[1].rate} == 1);
  CHECK(records[0].chunk == chunk_id{0, 0});
  CHECK(records[1].chunk == chunk_id{0, 3});
  CHECK(records[1].rows == row_range{30, 35});
  CHECK(records[1].base == 0);
  CHECK(double{records[0].scale} == Approx(2.0 / 3));
}
