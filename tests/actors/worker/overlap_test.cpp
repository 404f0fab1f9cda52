#include "tests/actors/ledger/ledger_fixture.hpp"
#include "tests/actors/worker/worker_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

class overlapping_worker : public worker_fixture {
public:
  void start_with(exchange_rule rule) {
    auto mine = setup();
    mine.overlap = true;
    mine.exchange = std::move(rule);
    mine.shards = {{of_w.as<server_actor>(), 0, 1, {0, block_of({2})}},
                   {of_b.as<server_actor>(), 1, 4, {0, block_of({-1})}}};
    it = spawn(worker, mine);
    run();
  }

  // w = 2, b = -1: at (1, 0) o = 1, a step of 0.1 * 2.
  void train_first_chunk() {
    start_with(setup().exchange);
    grant({5, {1, 7}, {70, 71}});
    feed(5, 1, 0, true);
    REQUIRE(replica_now()[0] == Approx(1.8));
    REQUIRE(replica_now()[1] == Approx(-1.2));
  }
};

// Takes as E half of what the replica is away from the center.
exchange_rule spring() {
  return {[](worker_ptr self) {
            pull_centers(self, [self] {
              commit_written(
                  self,
                  [](const shard_slice& s) {
                    s.delta[0] = 0.5F * (s.replica[0] - s.center[0]);
                    s.replica[0] -= s.delta[0];
                  },
                  [self] { finish_chunk(self); });
            });
          },
          adoption::never,
          {}};
}

} // namespace

TEST_CASE_METHOD(overlapping_worker, "with overlap a worker trains on while its commit is on its way",
                 "[actors][overlap]") {
  train_first_chunk();
  CHECK(grant({6, {1, 8}, {71, 73}}).trained == 5); // it asks before any verdict
  CHECK(loader.take<fetch>().lease == 5);
  CHECK(loader.take<fetch>().lease == 6);
  feed(6, 1, 0, false); // o = 0.6; u = 0.5 (-0.2) - 0.1 * 1.2 = -0.22
  CHECK(replica_now()[0] == Approx(1.58));

  CHECK(judge(of_w, applied(9, 4, 30)).delta.numbers()[0] == Approx(-0.2));
  CHECK(replica_now()[0] == Approx(30 - 0.22)); // what it learned since the commit stays
  CHECK(replica_now()[1] == Approx(-1.42));     // the other shard has not answered yet
  CHECK(ledger.empty());
  judge(of_b, applied(8, 6, 40));
  CHECK(replica_now()[1] == Approx(40 - 0.22));
  const auto first = report();
  CHECK(first.lease == 5);
  CHECK(first.rows == 1);
  CHECK(first.batches == 1);
  CHECK(first.staleness == 6);

  feed(6, 0, 40 - 0.22F, true); // no gradient: the momentum moves it, u = -0.11
  const auto to_w = judge(of_w, applied(10, 0, 1));
  CHECK(to_w.lease == 6);
  CHECK(to_w.chunk == chunk_id{1, 8});
  CHECK(to_w.rows == row_range{71, 73});
  CHECK(to_w.base == 9);
  CHECK(to_w.after == 1);
  CHECK(to_w.delta.numbers()[0] == Approx(-0.33));
  const auto to_b = judge(of_b, applied(9, 0, 2));
  CHECK(to_b.base == 8);
  CHECK(to_b.after == 1);
  CHECK(replica_now() == std::vector<float>{1, 2}); // no batch since: the center it is
  CHECK(report().batches == 2);
}

TEST_CASE_METHOD(overlapping_worker, "with overlap one exchange at a time is on its way", "[actors][overlap]") {
  train_first_chunk();
  grant({6, {1, 8}, {71, 72}});
  feed(6, 1, 0, true); // to 1.58, -1.42
  CHECK(of_w.count<commit>() == 1);
  CHECK(ledger.empty());
  judge(of_w, applied(9, 0, 30));
  judge(of_b, applied(8, 0, 40));
  CHECK(report().lease == 5);
  const auto second = judge(of_w, applied(10, 0, 0));
  CHECK(second.lease == 6);
  CHECK(second.base == 9);
  CHECK(second.after == 1); // the whole chunk
  CHECK(second.delta.numbers()[0] == Approx(-0.22));
  CHECK(grant({7, {1, 9}, {72, 73}}).trained == 6);
}

TEST_CASE_METHOD(overlapping_worker, "with overlap a worker that waited pulls only when no center is on its way to it",
                 "[actors][overlap]") {
  train_first_chunk();
  lease after_a_wait{6, {1, 8}, {71, 73}};
  after_a_wait.waited = true;
  grant(after_a_wait);
  CHECK(of_w.count<pull>() == 0); // its answer could overtake the verdict, which moves the replica by what it was
  CHECK(loader.count<fetch>() == 2);
  feed(6, 1, 0, true);
  judge(of_w, applied(9, 4, 30));
  judge(of_b, applied(8, 6, 40));
  report();
  judge(of_w, applied(10, 0, 1));
  judge(of_b, applied(9, 0, 2));
  report();
  after_a_wait.number = 7;
  grant(after_a_wait);
  CHECK(of_w.count<pull>() == 1);
}

TEST_CASE_METHOD(overlapping_worker, "with overlap what was rejected is given up, and what came after stays",
                 "[actors][overlap]") {
  train_first_chunk();
  grant({6, {1, 8}, {71, 73}});
  feed(6, 1, 0, false);
  auto refused = applied(9, 4, 2);
  refused.kind = verdict_kind::rejected;
  refused.again = true;
  judge(of_w, refused);
  CHECK(replica_now()[0] == Approx(2 - 0.22));
  refused.newest = whole(refused.version, block_of({-1}));
  judge(of_b, refused);
  CHECK(report().kind == verdict_kind::rejected);
}

TEST_CASE_METHOD(overlapping_worker, "with overlap a worker leaves when its last exchange is over",
                 "[actors][overlap]") {
  train_first_chunk();
  grant({});
  CHECK_FALSE(end_of(it));
  judge(of_w, applied(9, 0, 30));
  judge(of_b, applied(8, 0, 40));
  CHECK(report().lease == 5);
  REQUIRE(end_of(it));
  CHECK_FALSE(*end_of(it));
}

TEST_CASE_METHOD(overlapping_worker, "with overlap an elastic step is taken when the center comes",
                 "[actors][overlap]") {
  start_with(spring());
  grant({5, {1, 7}, {70, 71}});
  feed(5, 1, 0, true); // to 1.8, -1.2
  grant({6, {1, 8}, {71, 73}});
  feed(6, 1, 0, false); // to 1.58, -1.42
  of_w.take_mail<pull>().answer(whole(7, block_of({0})));
  of_b.take_mail<pull>().answer(whole(8, block_of({0})));
  run();
  CHECK(replica_now()[0] == Approx(0.79));
  CHECK(replica_now()[1] == Approx(-0.71));
  const auto to_w = judge(of_w, {verdict_kind::applied, 8, 0, 1.0, "", false, {}});
  CHECK(to_w.lease == 5);
  CHECK(to_w.base == 7);
  CHECK(to_w.after == 1); // a batch of the next chunk
  CHECK(to_w.delta.numbers()[0] == Approx(0.79));
  CHECK(ledger.empty());
  judge(of_b, {verdict_kind::applied, 9, 0, 1.0, "", false, {}});
  CHECK(report().lease == 5);
  CHECK(replica_now()[0] == Approx(0.79)); // it goes its own way
}

TEST_CASE_METHOD(ledger_fixture, "a worker with a trained chunk on its way gets another", "[actors][overlap]") {
  ledger_setup setup;
  setup.grid = {30, 10, 1};
  setup.slots = 1;
  start(setup);
  const auto first = take(a, 0);
  send_request(b, 1);
  CHECK(b.empty()); // the slot is taken
  a.send(book, work_request{0, first.number});
  run();
  const auto second = a.take<lease>();
  CHECK(second.chunk == chunk_id{0, 1}); // its turn goes on: what is trained takes no slot
  CHECK(b.empty());
  auto done = report(first);
  a.send(book, done);
  run();
  CHECK(tally().done_rows == 10);
  a.send(book, work_request{0, second.number});
  run();
  const auto third = a.take<lease>();
  a.send(book, report(second));
  a.send(book, work_request{0, third.number}); // nothing is open
  run();
  CHECK(a.empty());
  a.send(book, report(third)); // what it waits for was its own
  run();
  CHECK(a.take<lease>().number == 0);
  CHECK(b.take<lease>().number == 0);
  CHECK(event(run_event::kind::finished).text == "every chunk is done");
}

TEST_CASE_METHOD(ledger_fixture, "a request that is sent again gets the chunk that is not trained yet",
                 "[actors][overlap]") {
  start({});
  const auto first = take(a, 0);
  a.send(book, work_request{0, first.number});
  a.send(book, work_request{0, first.number});
  run();
  CHECK(a.take<lease>().number == first.number + 1);
  CHECK(a.take<lease>().number == first.number + 1);
}

TEST_CASE_METHOD(ledger_fixture, "a worker that is lost gives back both of its chunks", "[actors][overlap]") {
  start({});
  const auto first = take(a, 0);
  a.send(book, work_request{0, first.number});
  run();
  const auto second = a.take<lease>();
  take(b, 1);
  kill(a);
  CHECK(event(run_event::kind::worker_lost).consequence ==
        "its chunk " + to_string(first.chunk) + ", " + to_string(second.chunk) + " went back; 1 worker goes on");
}

TEST_CASE("a work list knows which leases are trained", "[actors][overlap]") {
  work_list list{{40, 10, 1}};
  const auto first = *list.take(3);
  CHECK(list.in_training_by(3)->number == first.number);
  list.mark_trained(first.number);
  list.mark_trained(first.number);
  list.mark_trained(99); // not known
  CHECK_FALSE(list.in_training_by(3));
  CHECK(list.leased() == 1);
  CHECK(list.in_training() == 0);
  const auto second = *list.take(3);
  CHECK(list.in_training_by(3)->number == second.number);
  CHECK(list.held_by(3).size() == 2);
  CHECK(list.give_back(first.number));
  CHECK(list.in_training() == 1);
  CHECK(list.finish(second.number));
  CHECK(list.in_training() == 0);
}
