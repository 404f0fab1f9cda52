#include "tests/actors/server/server_fixture.hpp"

#include <cmath>
#include <limits>

using namespace dk;
using namespace dk::test;

// A defect, planted.
namespace dk {
struct shard_tampering {
  static void forget_chunks(shard& of) { of.folded_ = {}; }
};
} // namespace dk

TEST_CASE_METHOD(server_fixture, "a commit is folded, raises the version and tells its staleness",
                 "[actors][parameter_server]") {
  const auto first = answer_to(commit_of({0, 0}, 0));
  CHECK(first.kind == verdict_kind::applied);
  CHECK(first.version == 1);
  CHECK(first.staleness == 0);
  CHECK(double{first.scale} == 0.5);
  CHECK(first.newest.what == center_update::kind::none); // it did not ask for the center
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
  CHECK(numbers_of(answer.newest.weights) == std::vector<float>{2, 3, 4});
  CHECK(answer.newest.weights.data() == pull().weights.data());
  CHECK(numbers_of(answer_to(wanting).newest.weights) == std::vector<float>{2, 3, 4}); // a duplicate gets it too
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
  old.session = 3;
  check_refused(old, verdict_kind::fenced);
  auto lost = commit_of({0, 0}, 0);
  lost.shard_session = 1;
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
  CHECK(saved.folded == chunk_set{0, {1U << 2U | 1U << 3U}});
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
