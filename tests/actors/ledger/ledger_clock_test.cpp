// What the ledger does by the clock and by its stop rule.
#include "tests/actors/ledger/ledger_fixture.hpp"

using namespace dk;
using namespace dk::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

using kind = run_event::kind;

namespace {

ledger_setup stopping_at(stop_rule rule) {
  ledger_setup setup;
  setup.grid = {100, 10, 4};
  setup.stop = rule;
  return setup;
}

} // namespace

TEST_CASE_METHOD(ledger_fixture, "a run stops at its rows", "[actors][ledger]") {
  stop_rule rule;
  rule.rows = 35;
  start(stopping_at(rule));
  CHECK(work_off(a, 0) == 4);
  CHECK(event(kind::finished).text == "stopped");
  const auto counted = tally();
  CHECK(counted.stopped);
  CHECK(counted.expected_rows == 40);
  CHECK(counted.done_rows == 40);
}

TEST_CASE_METHOD(ledger_fixture, "a stopped run waits for the leases that are out", "[actors][ledger]") {
  stop_rule rule;
  rule.rows = 10;
  start(stopping_at(rule));
  const auto first = take(a, 0);
  const auto second = take(b, 1);
  CHECK(take(a, 0, report(first)).number == 0);
  CHECK_FALSE(heard(kind::finished));
  CHECK(take(b, 1, report(second)).number == 0);
  CHECK(heard(kind::finished));
  CHECK(tally().expected_rows == 20);
}

TEST_CASE_METHOD(ledger_fixture, "a run stops after its seconds", "[actors][ledger]") {
  stop_rule rule;
  rule.seconds = 30;
  start(stopping_at(rule));
  auto held = take(a, 0);
  pass_seconds(29);
  held = take(a, 0, report(held));
  CHECK(held.number == 2);
  pass_seconds(1);
  CHECK(take(a, 0, report(held)).number == 0);
  CHECK(tally().done_rows == 20);
}

TEST_CASE_METHOD(ledger_fixture, "a run stops at its loss, once an epoch's worth of chunks is in", "[actors][ledger]") {
  stop_rule rule;
  rule.loss = 1.5;
  start(stopping_at(rule));
  auto held = take(a, 0);
  for (int i = 0; i < 9; ++i) { // low enough, but too few
    auto done = report(held);
    done.loss_sum = 10;
    held = take(a, 0, done);
    REQUIRE(held.number != 0);
  }
  auto high = report(held);
  high.loss_sum = 70; // mean of ten: 1.6
  held = take(a, 0, high);
  REQUIRE(held.number != 0);
  auto done = report(held);
  done.loss_sum = 0; // mean of the hundred newest or all there are: 160 / 110
  CHECK(take(a, 0, done).number == 0);
  CHECK(tally().stopped);
}

TEST_CASE_METHOD(ledger_fixture, "a run stops at its accuracy", "[actors][ledger]") {
  stop_rule rule;
  rule.accuracy = 0.8;
  start(stopping_at(rule));
  auto held = take(a, 0);
  int chunks = 0;
  for (; held.number != 0; ++chunks) {
    auto done = report(held);
    done.decisions = 10;
    done.correct = chunks < 10 ? 7 : 9; // the newest ten: 0.8 with five of each
    held = take(a, 0, done);
  }
  CHECK(chunks == 15);
}

TEST_CASE_METHOD(ledger_fixture, "whoever says stop ends the run in order", "[actors][ledger]") {
  start(stopping_at({}));
  const auto held = take(a, 0);
  me.send(book, stop_atom_v);
  run();
  CHECK_FALSE(heard(kind::finished));
  CHECK(take(a, 0, report(held)).number == 0);
  CHECK(event(kind::finished).text == "stopped");
}

TEST_CASE_METHOD(ledger_fixture, "a stop lets parked workers go", "[actors][ledger]") {
  auto setup = stopping_at({});
  setup.slots = 1;
  start(setup);
  const auto held = take(a, 0);
  send_request(b, 1);
  me.send(book, stop_atom_v);
  run();
  CHECK(b.take<lease>().number == 0);
  CHECK(take(a, 0, report(held)).number == 0);
}

TEST_CASE_METHOD(ledger_fixture, "a lease that lasts too long comes back", "[actors][ledger]") {
  const auto server = make_probe();
  auto setup = with_servers({server});
  setup.grid = {100, 10, 1};
  start(setup);
  const auto stuck = take(a, 0);
  auto held = take(b, 1);
  for (int i = 0; i < 4; ++i)
    held = take(b, 1, report(held)); // the median is 0 s, so a lease may last 10 s
  pass_seconds(9);
  CHECK_FALSE(heard(kind::worker_stalled));
  held = take(b, 1, report(held)); // b goes on
  pass_seconds(1);
  const auto stalled = event(kind::worker_stalled);
  CHECK(stalled.worker == 0);
  CHECK(stalled.text == "made no progress on chunk e0/c0 for 10 s");
  CHECK(server.count<fence_atom, std::uint32_t, std::uint64_t>() == 1);
  server.take_mail<have_atom, chunk_id>().answer(false);
  run();
  const auto again = take(b, 1, report(held));
  CHECK(again.chunk == stuck.chunk);
  CHECK(tally().redone_chunks == 1);
  CHECK(take(a, 0, report(stuck)).number != 0); // the late report changes nothing, and a goes on
  CHECK(tally().done_rows == 60);
}

TEST_CASE_METHOD(ledger_fixture, "slow is not taken for dead forever", "[actors][ledger]") {
  ledger_setup setup;
  setup.grid = {100, 10, 1};
  start(setup);
  take(a, 0);
  CHECK_FALSE(heard(kind::worker_stalled));
  pass_seconds(599); // before anybody has finished a chunk there is nothing to compare with
  CHECK_FALSE(heard(kind::worker_stalled));
  pass_seconds(1);
  CHECK(heard(kind::worker_stalled));
  take(a, 0);
  pass_seconds(1199);
  CHECK_FALSE(heard(kind::worker_stalled));
  pass_seconds(1);
  CHECK(heard(kind::worker_stalled));
}

TEST_CASE_METHOD(ledger_fixture, "a worker that answers again after a stall is waited for again", "[actors][ledger]") {
  const auto server = make_probe();
  auto setup = with_servers({server});
  setup.grid = {1000, 10, 1};
  setup.barrier = barrier::chunk;
  start(setup);
  const auto close = [&] {
    server.take_mail<close_atom, exact>().answer(std::uint64_t{1});
    run();
  };
  const auto stuck = take(b, 1);
  send_request(a, 0, report(take(a, 0)));
  pass_seconds(10);
  REQUIRE(event(kind::worker_stalled).worker == 1);
  server.take_mail<have_atom, chunk_id>().answer(false);
  run();
  close(); // without b
  auto held = a.take<lease>();
  const auto of_b = take(b, 1, report(stuck)); // too late for its chunk; but it is there again
  REQUIRE(of_b.number != 0);
  send_request(a, 0, report(held));
  CHECK(server.count<close_atom, exact>() == 0); // b is at work
  send_request(b, 1, report(of_b));
  close();
  held = a.take<lease>();
  const auto last = b.take<lease>();
  b.send(book, [&] {
    auto done = report(last);
    done.worker = 1;
    return done;
  }());
  send_request(a, 0, report(held));
  close();
  held = a.take<lease>();
  send_request(a, 0, report(held));
  CHECK(server.count<close_atom, exact>() == 0); // b has not had its chunk of this round
  CHECK(a.empty());
}

TEST_CASE_METHOD(ledger_fixture, "a ledger of a thousand million epochs takes no memory for them", "[actors][ledger]") {
  ledger_setup setup;
  setup.grid = {200, 10, 1'000'000'000};
  start(setup);
  auto held = take(a, 0);
  for (int i = 0; i < 100; ++i)
    held = take(a, 0, report(held));
  CHECK(held.chunk == chunk_id{5, 0});
  CHECK(tally().expected_rows == 200'000'000'000);
  me.send(book, stop_atom_v);
  run();
  CHECK(take(a, 0, report(held)).number == 0);
  CHECK(heard(kind::finished));
}
