#include "tests/actors/worker/worker_fixture.hpp"

#include <limits>

using namespace dk;
using namespace dk::test;

TEST_CASE_METHOD(worker_fixture, "a worker starts from version 0 of every shard and asks for work",
                 "[actors][worker]") {
  start();
  CHECK(replica_now() == std::vector<float>{2, -1});
  const auto asked = grant({5, {1, 7}, {70, 72}});
  CHECK(asked.worker == 3);
  CHECK(asked.trained == 0);
  const auto wanted = loader.take<fetch>();
  CHECK(wanted.lease == 5);
  CHECK(wanted.chunk == chunk_id{1, 7});
  CHECK(wanted.rows == row_range{70, 72});
  CHECK(wanted.batch_rows == 1);
  CHECK(wanted.credit == 2);
}

TEST_CASE_METHOD(worker_fixture, "a whole chunk, message by message", "[actors][worker]") {
  start();
  grant({5, {1, 7}, {70, 72}});
  loader.clear();

  feed(5, 1, 0, false); // o = 1: dw = db = 2, a step of 0.1
  CHECK(replica_now()[0] == Approx(1.8));
  CHECK(replica_now()[1] == Approx(-1.2));
  auto credit = loader.take_mail<credit_atom, std::uint64_t, std::uint32_t>();
  CHECK(credit.content.get_as<std::uint64_t>(1) == 5);
  CHECK(credit.content.get_as<std::uint32_t>(2) == 1);
  CHECK(of_w.empty());

  feed(4, 9, 9, false); // a batch of a chunk that is over
  CHECK(replica_now()[0] == Approx(1.8));
  CHECK(loader.empty());

  feed(5, 0, 0, true);   // o = -1.2: db = -2.4; u_w = 0.5 (-0.2), u_b = 0.5 (-0.2) + 0.24
  CHECK(loader.empty()); // after the last batch nothing is asked for
  CHECK(ledger.empty()); // nor is work, before both verdicts are in

  const auto to_w = judge(of_w, applied(9, 4, 30));
  CHECK(to_w.session == 2);
  CHECK(to_w.shard_session == 1);
  CHECK(to_w.worker == 3);
  CHECK(to_w.lease == 5);
  CHECK(to_w.chunk == chunk_id{1, 7});
  CHECK(to_w.rows == row_range{70, 72});
  CHECK(to_w.base == 0);
  CHECK(to_w.wants_center);
  REQUIRE(to_w.delta.size() == 1);
  CHECK(to_w.delta.numbers()[0] == Approx(-0.3));
  CHECK(ledger.empty());
  const auto to_b = judge(of_b, applied(8, 6, 40));
  CHECK(to_b.shard_session == 4);
  REQUIRE(to_b.delta.size() == 1);
  CHECK(to_b.delta.numbers()[0] == Approx(-0.06));
  CHECK(replica_now() == std::vector<float>{30, 40});

  const auto report = this->report();
  CHECK(grant({6, {1, 8}, {72, 73}}).trained == 0);
  CHECK(report.lease == 5);
  CHECK(report.chunk == chunk_id{1, 7});
  CHECK(report.worker == 3);
  CHECK(report.rows == 2);
  CHECK(report.batches == 2);
  CHECK(double{report.loss_sum} == Approx(1 + 1.44));
  CHECK(report.kind == verdict_kind::applied);
  CHECK(report.staleness == 6);
}

TEST_CASE_METHOD(worker_fixture, "the optimizer keeps its state, and the base its version, from chunk to chunk",
                 "[actors][worker]") {
  start();
  grant({1, {0, 0}, {0, 1}});
  feed(1, 1, 0, true); // u = -0.2
  judge(of_w, applied(3, 0, 0));
  judge(of_b, applied(5, 0, 1));
  grant({2, {0, 1}, {1, 2}});
  feed(2, 1, 1, true); // no gradient: what moves is the momentum, u = -0.1
  const auto to_w = judge(of_w, applied(4, 0, 0));
  const auto to_b = judge(of_b, applied(6, 0, 1));
  CHECK(to_w.base == 3);
  CHECK(to_b.base == 5);
  CHECK(to_w.delta.numbers()[0] == Approx(-0.1));
  CHECK(to_b.delta.numbers()[0] == Approx(-0.1));
}

TEST_CASE_METHOD(worker_fixture, "a worker trains at the learning rate of its lease", "[actors][worker]") {
  start();
  lease slow{1, {0, 0}, {0, 1}};
  slow.rate = 0.5;
  grant(slow);
  feed(1, 1, 0, true); // o = 1: dw = 2, a step of 0.1 / 2
  const auto to_w = judge(of_w, applied(1, 0, 2));
  judge(of_b, applied(1, 0, -1));
  CHECK(to_w.delta.numbers()[0] == Approx(-0.1));
  CHECK(double{to_w.rate} == 0.5);
  grant({2, {0, 1}, {1, 2}}); // the rate is of the configured one, not of the last
  feed(2, 1, 0, true);        // o = 1 again; the momentum adds 0.5 (-0.1)
  CHECK(judge(of_w, applied(2, 0, 2)).delta.numbers()[0] == Approx(-0.25));
}

TEST_CASE_METHOD(worker_fixture, "after a wait for its lease a worker pulls before it trains", "[actors][worker]") {
  start();
  grant({5, {1, 7}, {70, 71}, true});
  CHECK(loader.empty());
  of_w.take_mail<pull>().answer(whole(9, block_of({30})));
  run();
  CHECK(loader.empty()); // one center is missing
  of_b.take_mail<pull>().answer(whole(8, block_of({40})));
  run();
  CHECK(replica_now() == std::vector<float>{30, 40});
  CHECK(loader.take<fetch>().lease == 5);
  feed(5, 1, 70, true); // no gradient
  const auto to_w = judge(of_w, applied(10, 0, 0));
  CHECK(to_w.base == 9);
  CHECK(to_w.delta.numbers()[0] == Approx(0.0).margin(1e-6));
}

TEST_CASE_METHOD(worker_fixture, "a worker that keeps its replica does not pull after a wait", "[actors][worker]") {
  auto mine = setup();
  mine.exchange.adopts = adoption::never;
  mine.shards = {{of_w.as<server_actor>(), 0, 1, {0, block_of({2})}}};
  it = spawn(worker, mine);
  run();
  grant({5, {1, 7}, {70, 71}, true});
  CHECK(of_w.empty());
  CHECK(loader.take<fetch>().lease == 5);
}

TEST_CASE_METHOD(worker_fixture, "the report tells the gravest verdict", "[actors][worker]") {
  start();
  grant({1, {0, 0}, {0, 1}});
  feed(1, 1, 0, true);
  judge(of_w, {verdict_kind::rejected, 3, 0, 0, "too loud", false, whole(3, block_of({1}))});
  judge(of_b, {verdict_kind::duplicate, 5, 2, 0, "", false, whole(5, block_of({1}))});
  const auto report = this->report();
  CHECK(report.kind == verdict_kind::rejected);
  CHECK(report.reason == "too loud");
  CHECK(report.staleness == 2);
}

TEST_CASE_METHOD(worker_fixture, "the report tells the greatest staleness, whichever shard has it",
                 "[actors][worker]") {
  start();
  grant({1, {0, 0}, {0, 1}});
  feed(1, 1, 0, true);
  judge(of_w, applied(9, 5, 2));
  judge(of_b, applied(9, 1, -1));
  CHECK(report().staleness == 5);
}

TEST_CASE_METHOD(worker_fixture, "a worker ends in order when no work is left", "[actors][worker]") {
  start();
  grant({});
  REQUIRE(end_of(it));
  CHECK_FALSE(*end_of(it)); // no error
}

TEST_CASE_METHOD(worker_fixture, "a loss that is not finite ends the worker", "[actors][worker]") {
  start();
  grant({1, {0, 0}, {0, 1}});
  feed(1, std::numeric_limits<float>::max(), 0, true);
  CHECK(end_code() == errc::diverged);
  CHECK(of_w.empty()); // nothing of it was committed
}

TEST_CASE_METHOD(worker_fixture, "a worker ends when somebody it needs is gone", "[actors][worker]") {
  start();
  grant({1, {0, 0}, {0, 1}});
  switch (GENERATE(0, 1, 2, 3)) {
  case 0:
    kill(ledger.actor());
    break;
  case 1:
    kill(loader.actor());
    break;
  case 2:
    kill(of_b.actor());
    break;
  default:
    feed(1, 1, 0, true); // while its verdict is awaited
    kill(of_w.actor());
  }
  CHECK(end_code() == errc::connect);
}

TEST_CASE_METHOD(worker_fixture, "inside a process a verdict may take as long as it takes", "[actors][worker]") {
  start();
  grant({1, {0, 0}, {0, 1}});
  feed(1, 1, 0, true);
  pass(std::chrono::seconds{3600});
  CHECK_FALSE(end_of(it));
}

TEST_CASE_METHOD(worker_fixture, "inside a process a ledger that has nothing yet is asked once", "[actors][worker]") {
  start();
  CHECK(ledger.count<work_request>() == 1);
  pass(std::chrono::seconds{3600});
  CHECK(ledger.count<work_request>() == 1);
  CHECK_FALSE(end_of(it));
}

TEST_CASE_METHOD(worker_fixture, "a batch that does not fit the model ends the worker", "[actors][worker]") {
  start();
  grant({1, {0, 0}, {0, 1}});
  loader.send(it, batch{1, 1, true, block_of({1, 2}), block_of({0})});
  run();
  CHECK(end_code() == errc::shape);
}

TEST_CASE_METHOD(worker_fixture, "a shard that does not fit the model ends the worker", "[actors][worker]") {
  auto mine = setup();
  mine.shards = {{of_w.as<server_actor>(), 1, 0, {0, block_of({1, 2})}}};
  it = spawn(worker, mine);
  run();
  CHECK(end_code() == errc::shape);
}

TEST_CASE_METHOD(worker_fixture, "a worker alone stays, and shows its replica between chunks only",
                 "[actors][worker]") {
  start_alone();
  CHECK(ask<center>(it, state_atom_v).version == 0);
  grant({1, {0, 0}, {0, 2}});
  me.clear();
  me.send(it, state_atom_v);
  run();
  CHECK(me.empty());
  feed(1, 1, 1, false);
  CHECK(me.empty());
  feed(1, 1, 1, true);
  const auto seen = me.take<center>();
  CHECK(seen.version == 1);
  CHECK(numbers_of(seen.weights) == replica_now());
  grant({});
  CHECK_FALSE(end_of(it));
  CHECK(numbers_of(ask<center>(it, state_atom_v).weights) == replica_now());
}

TEST_CASE_METHOD(worker_fixture, "a held worker begins no chunk until it is released", "[actors][worker]") {
  start_alone();
  grant({1, {0, 0}, {0, 2}});
  me.clear();
  me.send(it, hold_atom_v);
  run();
  feed(1, 1, 1, false);
  CHECK(me.empty()); // in the middle of its chunk
  feed(1, 1, 1, true);
  const auto held = me.take<replica_state>();
  CHECK(held.chunks == 1);
  CHECK(held.steps == 2);
  CHECK(numbers_of(held.weights) == replica_now());
  CHECK(held.moments.size() == 2);
  CHECK(report().lease == 1);
  CHECK(ledger.empty()); // it has not asked for more
  me.send(it, release_atom_v);
  run();
  const auto asked = ledger.take_mail<work_request>();
  me.send(it, hold_atom_v); // again, while it waits for a lease
  run();
  CHECK(me.take<replica_state>().steps == 2);
  loader.clear();
  asked.answer(lease{2, {0, 1}, {2, 4}});
  run();
  CHECK(loader.empty());
  me.send(it, release_atom_v);
  run();
  CHECK(loader.take<fetch>().lease == 2);
}

TEST_CASE_METHOD(worker_fixture, "who gives up holding a worker lets it go on", "[actors][worker]") {
  start_alone();
  grant({1, {0, 0}, {0, 1}});
  me.send(it, hold_atom_v);
  me.send(it, release_atom_v);
  run();
  feed(1, 1, 1, true);
  CHECK(report().lease == 1);
  CHECK(ledger.take<work_request>().worker == 3);
}

TEST_CASE_METHOD(worker_fixture, "a worker goes on from the state of another", "[actors][worker]") {
  start_alone();
  grant({1, {0, 0}, {0, 2}});
  feed(1, 1, 1, false);
  feed(1, 2, 1, true);
  const auto state = ask<replica_state>(it, hold_atom_v);
  feed(1, 3, 1, true); // of no lease: nothing
  auto resumed = setup();
  resumed.exchange = {[](worker_ptr self) { finish_chunk(self); }, adoption::never, {}};
  resumed.resumed = state;
  const auto first = std::exchange(it, spawn(worker, resumed));
  run();
  CHECK(replica_now() == numbers_of(state.weights));
  const auto& optimizer = *state_of<worker_state>(it).own->optimizer;
  CHECK(optimizer.steps() == 2);
  CHECK(std::vector<float>(optimizer.state(), optimizer.state() + 2) == numbers_of(state.moments));
  CHECK(numbers_of(state.moments) != std::vector<float>{0, 0});
}
