#include "tests/actors/worker/worker_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

// A worker of the weights w and b in one shard, which sends the larger of two numbers.
class sparse_worker : public worker_fixture {
public:
  sparse_worker() {
    auto mine = setup();
    mine.compression = {number_form::top_k, 0.5};
    mine.shards = {{of_w.as<server_actor>(), 0, 1, {0, block_of({2, -1})}}};
    it = spawn(worker, mine);
    run();
  }

  std::vector<float> committed(std::uint64_t number, const verdict& answer) {
    grant({number, {0, static_cast<std::uint32_t>(number)}, {0, 1}});
    feed(number, 1, 0, true);
    return numbers_of(judge(of_w, answer).delta.numbers());
  }

  static verdict answer(verdict_kind kind, std::uint64_t version, const block& center) {
    return {kind, version, 0, 1.0, "", true, whole(version, center)};
  }
};

} // namespace

TEST_CASE_METHOD(sparse_worker, "what a compressed commit leaves out comes with the next",
                 "[actors][worker][compression]") {
  // o = 2 - 1 = 1: the first step moves both by -0.2; the first of equals goes, the other stays behind.
  const auto first = committed(1, answer(verdict_kind::applied, 1, block_of({0, 0})));
  CHECK(first[0] == Approx(-0.2));
  CHECK(first[1] == 0);
  const auto report = this->report();
  CHECK(report.sent_bytes == 8);
  CHECK(report.received_bytes == 8);
  CHECK(replica_now()[0] == 0); // the replica keeps it
  CHECK(replica_now()[1] == Approx(-0.2));
  // o = -0.2: both move by 0.04 - 0.1; of b that is -0.26 with what was left.
  const auto second = committed(2, answer(verdict_kind::applied, 2, block_of({0, 0})));
  CHECK(second[0] == 0);
  CHECK(second[1] == Approx(-0.26));
}

TEST_CASE_METHOD(sparse_worker, "what was to be made up for stays when a commit is not folded in",
                 "[actors][worker][compression]") {
  const auto center = block_of({0, 0});
  committed(1, answer(verdict_kind::applied, 1, center));
  const auto kind = GENERATE(verdict_kind::rejected, verdict_kind::fenced, verdict_kind::duplicate);
  const auto refused = committed(2, answer(kind, 1, center));
  CHECK(refused[1] == Approx(-0.26));
  CHECK(replica_now()[0] == 0);
  CHECK(replica_now()[1] == Approx(-0.2));
  // 0.04 - 0.03 of the step, and -0.2 that is still owed
  const auto third = committed(3, answer(verdict_kind::applied, 2, center));
  CHECK(third[0] == 0);
  CHECK(third[1] == Approx(-0.19));
}

TEST_CASE_METHOD(sparse_worker, "a commit that came twice is folded in", "[actors][worker][compression]") {
  committed(1, answer(verdict_kind::applied, 1, block_of({0, 0})));
  auto twice = answer(verdict_kind::duplicate, 2, block_of({0, 0}));
  twice.came_twice = true;
  CHECK(committed(2, twice)[1] == Approx(-0.26));
  CHECK(replica_now()[0] == Approx(-0.06)); // what this one has left out
  CHECK(replica_now()[1] == 0);
}

TEST_CASE_METHOD(sparse_worker, "a worker goes on from the center that a change makes",
                 "[actors][worker][compression]") {
  const center has{0, block_of({2, -1})};
  const auto update = update_of({number_form::int8}, {1, block_of({3, -1})}, has);
  auto arrived = update;
  arrived.weights = {};
  verdict told = answer(verdict_kind::applied, 1, {});
  told.newest = arrived;
  committed(1, told);
  CHECK(replica_now()[0] == update.weights[0]);
  CHECK(replica_now()[0] == Approx(3));
  CHECK(replica_now()[1] == Approx(-1.2)); // with what its commit has left out
}

TEST_CASE_METHOD(sparse_worker, "a change of another center ends the worker", "[actors][worker][compression]") {
  auto update = update_of({number_form::int8}, {9, block_of({3, -1})}, {7, block_of({2, -1})});
  update.weights = {};
  verdict told = answer(verdict_kind::applied, 9, {});
  told.newest = update;
  committed(1, told);
  CHECK(end_code() == errc::internal);
}
