#include "tests/actors/ledger/ledger_fixture.hpp"

using namespace dk;
using namespace dk::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

using kind = run_event::kind;

TEST_CASE_METHOD(ledger_fixture, "workers get chunks until none is left, then the run is finished",
                 "[actors][ledger]") {
  start();
  const auto first = take(a, 0);
  CHECK(first.number == 1);
  CHECK(first.rows == row_range{0, 10});
  CHECK(take(b, 1).chunk == chunk_id{0, 1});
  const auto last = take(a, 0, report(first));
  CHECK(last.rows == row_range{20, 25});
  CHECK(watcher.count<chunk_report>() == 1);
  CHECK_FALSE(heard(kind::finished));
  send_request(a, 0, report(last));
  CHECK(a.empty()); // b still holds a chunk: it may come back
  CHECK(take(b, 1, report({2, {0, 1}, {10, 20}})).number == 0);
  CHECK(a.take<lease>().number == 0);
  CHECK(event(kind::finished).text == "every chunk is done");
  const auto counted = tally();
  CHECK(counted.expected_rows == 25);
  CHECK(counted.done_rows == 25);
  CHECK(counted.redone_chunks == 0);
  CHECK(counted.workers_alive == 2);
  CHECK_FALSE(counted.stopped);
}

TEST_CASE_METHOD(ledger_fixture, "leases name the learning rate of the moment", "[actors][ledger]") {
  ledger_setup setup;
  setup.rate = 0.5;
  start(setup);
  const auto first = take(a, 0);
  CHECK(double{first.rate} == 0.5);
  me.send(book, rate_atom_v, exact{0.05});
  run();
  CHECK(double{take(a, 0, report(first)).rate} == 0.05);
  CHECK(double{take(a, 0).rate} == 0.05); // the same lease, for our answer was lost
}

TEST_CASE_METHOD(ledger_fixture, "a parked worker gets the chunk that another one lost", "[actors][ledger]") {
  const auto server = make_probe();
  auto setup = with_servers({server});
  setup.grid = {10, 10, 1};
  start(setup);
  const auto held = take(a, 0);
  send_request(b, 1);
  CHECK(b.empty());
  kill(a, make_error(errc::resources, "out of paper"));
  CHECK(server.take_mail<fence_atom, std::uint32_t, std::uint64_t>().content.get_as<std::uint64_t>(2) == held.number);
  CHECK(b.empty()); // not before the server has said whether it has the chunk
  auto question = server.take_mail<have_atom, chunk_id>();
  CHECK(question.content.get_as<chunk_id>(1) == held.chunk);
  question.answer(false);
  run();
  const auto again = b.take<lease>();
  CHECK(again.chunk == held.chunk);
  CHECK(again.number > held.number);
  CHECK(tally().redone_chunks == 1);
  const auto lost = event(kind::worker_lost);
  CHECK(lost.worker == 0);
  CHECK(lost.code == errc::resources);
  CHECK(lost.text == "out of paper");
  CHECK(lost.consequence == "its chunk e0/c0 went back; 1 worker goes on");
}

TEST_CASE_METHOD(ledger_fixture, "a lost worker's chunk is done when every server has it", "[actors][ledger]") {
  const bool second_has_it = GENERATE(true, false);
  const auto one = make_probe();
  const auto two = make_probe();
  auto setup = with_servers({one, two});
  setup.grid = {10, 10, 1};
  start(setup);
  take(a, 0);
  send_request(b, 1);
  kill(a);
  one.take_mail<have_atom, chunk_id>().answer(true);
  run();
  CHECK(b.empty());
  two.take_mail<have_atom, chunk_id>().answer(second_has_it);
  run();
  CHECK((b.take<lease>().number == 0) == second_has_it);
  CHECK(heard(kind::finished) == second_has_it);
  CHECK(tally().done_rows == (second_has_it ? 10U : 0U));
}

TEST_CASE_METHOD(ledger_fixture, "a server that does not say means the chunk is trained again", "[actors][ledger]") {
  const auto server = make_probe();
  auto setup = with_servers({server});
  setup.request_timeout = caf::duration{seconds{5}};
  start(setup);
  const auto held = take(a, 0);
  take(b, 1);
  kill(a);
  pass_seconds(6);
  CHECK(take(b, 1, report({2, {0, 1}, {10, 20}})).chunk == held.chunk);
}

TEST_CASE_METHOD(ledger_fixture, "a run without workers has failed, with the last one's reason", "[actors][ledger]") {
  start();
  take(a, 0);
  take(b, 1);
  kill(a, make_error(errc::connect, "the cable"));
  CHECK_FALSE(heard(kind::failed));
  kill(b, make_error(errc::resources, "out of paper"));
  const auto failed = event(kind::failed);
  CHECK(failed.code == errc::resources);
  CHECK(failed.text == "no worker is left: out of paper");
}

TEST_CASE_METHOD(ledger_fixture, "the last worker's chunk may have been the last of all", "[actors][ledger]") {
  const bool server_has_it = GENERATE(true, false);
  const auto server = make_probe();
  auto setup = with_servers({server});
  setup.grid = {10, 10, 1};
  start(setup);
  take(a, 0);
  kill(a, make_error(errc::connect, "the cable"));
  CHECK_FALSE(heard(kind::failed)); // not before the server has said whether it has the chunk
  server.take_mail<fence_atom, std::uint32_t, std::uint64_t>();
  server.take_mail<have_atom, chunk_id>().answer(server_has_it);
  run();
  CHECK(event(server_has_it ? kind::finished : kind::failed).code == (server_has_it ? errc::internal : errc::connect));
}

TEST_CASE_METHOD(ledger_fixture, "a worker that joins while the servers are asked goes on", "[actors][ledger]") {
  const auto server = make_probe();
  auto setup = with_servers({server});
  setup.grid = {10, 10, 1};
  start(setup);
  const auto held = take(a, 0);
  kill(a, make_error(errc::connect, "the cable"));
  send_request(b, 1);
  server.take_mail<fence_atom, std::uint32_t, std::uint64_t>();
  server.take_mail<have_atom, chunk_id>().answer(false);
  run();
  CHECK_FALSE(heard(kind::failed));
  CHECK(b.take<lease>().chunk == held.chunk);
}

TEST_CASE_METHOD(ledger_fixture, "two workers that diverge end the run", "[actors][ledger]") {
  const auto c = make_probe();
  start();
  take(a, 0);
  take(b, 1);
  take(c, 2);
  kill(a, make_error(errc::diverged, "one"));
  CHECK_FALSE(heard(kind::failed));
  kill(b, make_error(errc::diverged, "two"));
  CHECK(event(kind::failed).code == errc::diverged);
}

TEST_CASE_METHOD(ledger_fixture, "a worker that leaves in order is no loss", "[actors][ledger]") {
  start();
  CHECK(work_off(a, 0) == 3);
  kill(a, caf::error{});
  const auto left = event(kind::worker_left);
  CHECK(left.worker == 0);
  CHECK(tally().workers_alive == 0);
}

TEST_CASE_METHOD(ledger_fixture, "a worker that joined is watched before it asks", "[actors][ledger]") {
  start();
  me.send(book, caf::join_atom_v, std::uint32_t{7}, caf::actor_cast<caf::strong_actor_ptr>(a.actor()));
  run();
  CHECK(event(kind::worker_joined).worker == 7);
  take(b, 1);
  kill(a, make_error(errc::nodes, "unplugged"));
  CHECK(event(kind::worker_lost).consequence == "it held no chunk; 1 worker goes on");
}

TEST_CASE_METHOD(ledger_fixture, "asking again after a lost answer gives the same lease", "[actors][ledger]") {
  start();
  const auto first = take(a, 0);
  const auto again = take(a, 0);
  CHECK(again.number == first.number);
  CHECK(again.chunk == first.chunk);
  const auto second = take(a, 0, report(first));
  CHECK(take(a, 0, report(first)).number == second.number);
  CHECK(tally().done_rows == 10); // the report counted once
  CHECK(watcher.count<chunk_report>() == 1);
}

TEST_CASE_METHOD(ledger_fixture, "a fenced chunk is trained again", "[actors][ledger]") {
  start();
  const auto first = take(a, 0);
  const auto again = take(a, 0, report(first, verdict_kind::fenced));
  CHECK(again.chunk == first.chunk);
  CHECK(again.number != first.number);
  CHECK(watcher.count<chunk_report>() == 0);
}

TEST_CASE_METHOD(ledger_fixture, "a duplicate chunk is done", "[actors][ledger]") {
  start();
  CHECK(take(a, 0, report(take(a, 0), verdict_kind::duplicate)).chunk == chunk_id{0, 1});
  CHECK(tally().done_rows == 10);
}

TEST_CASE_METHOD(ledger_fixture, "a chunk that is rejected three times fails the run", "[actors][ledger]") {
  start();
  auto held = take(a, 0);
  for (int i = 0; i < 2; ++i) {
    auto refused = report(held, verdict_kind::rejected);
    refused.reason = "the delta holds a NaN";
    held = take(a, 0, refused);
    CHECK(held.chunk == chunk_id{0, 0});
    CHECK_FALSE(heard(kind::failed));
  }
  auto refused = report(held, verdict_kind::rejected);
  refused.reason = "the delta holds a NaN";
  CHECK(take(a, 0, refused).number == 0);
  const auto failed = event(kind::failed);
  CHECK(failed.code == errc::diverged);
  CHECK(failed.text == "chunk e0/c0 was rejected 3 times: the delta holds a NaN");
}

TEST_CASE_METHOD(ledger_fixture, "a rejection that is reported twice counts once", "[actors][ledger]") {
  start();
  const auto refused = report(take(a, 0), verdict_kind::rejected);
  for (int i = 0; i < 5; ++i)
    CHECK(take(a, 0, refused).number == 2); // our answer was lost
  CHECK_FALSE(heard(kind::failed));
}

TEST_CASE_METHOD(ledger_fixture, "chunks of an earlier start are not leased again", "[actors][ledger]") {
  ledger_setup setup;
  setup.grid = {25, 10, 2};
  for (const chunk_id chunk : {chunk_id{0, 0}, chunk_id{0, 2}, chunk_id{1, 1}})
    setup.done.add(setup.grid.number(chunk));
  start(setup);
  CHECK(work_off(a, 0) == 3);
  CHECK(heard(kind::finished));
  CHECK(tally().done_rows == 50);
}

TEST_CASE_METHOD(ledger_fixture, "a chunk of a fixed assignment goes to its own worker first", "[actors][ledger]") {
  ledger_setup setup;
  setup.grid = {40, 10, 1};
  setup.how = assignment::fixed;
  setup.workers = 2;
  start(setup);
  auto held = take(b, 1);
  CHECK(held.chunk == chunk_id{0, 2});
  CHECK(take(a, 0).chunk == chunk_id{0, 0});
  held = take(b, 1, report(held));
  CHECK(held.chunk == chunk_id{0, 3});
  CHECK(take(b, 1, report(held)).chunk == chunk_id{0, 1}); // its share is done: it steals
}

TEST_CASE_METHOD(ledger_fixture, "workers take turns on the slots", "[actors][ledger]") {
  ledger_setup setup;
  setup.grid = {100, 10, 1};
  setup.slots = 1;
  setup.turn = milliseconds{100};
  start(setup);
  auto held = take(a, 0);
  send_request(b, 1);
  CHECK(b.empty()); // there is one slot
  pass(milliseconds{60});
  held = take(a, 0, report(held)); // a's turn goes on
  CHECK(held.number == 2);
  pass(milliseconds{60});
  send_request(a, 0, report(held));
  CHECK(a.empty());
  held = b.take<lease>();
  CHECK(held.chunk == chunk_id{0, 2});
  CHECK(held.waited);
  held = take(b, 1, report(held)); // b's turn has just begun
  CHECK_FALSE(held.waited);
  CHECK(a.empty());
  pass(milliseconds{100});
  send_request(b, 1, report(held));
  CHECK(a.take<lease>().chunk == chunk_id{0, 4});
  CHECK(b.empty());
}

TEST_CASE_METHOD(ledger_fixture, "a slot that a dead worker held is free again", "[actors][ledger]") {
  ledger_setup setup;
  setup.slots = 1;
  start(setup);
  const auto held = take(a, 0);
  send_request(b, 1);
  kill(a);
  CHECK(b.take<lease>().chunk == held.chunk);
}

TEST_CASE_METHOD(ledger_fixture, "a chunk that is refused for its staleness is trained again as often as it takes",
                 "[actors][ledger]") {
  start();
  auto held = take(a, 0);
  for (int i = 0; i < 10; ++i) {
    auto refused = report(held, verdict_kind::rejected);
    refused.again = true;
    held = take(a, 0, refused);
    CHECK(held.chunk == chunk_id{0, 0});
  }
  CHECK_FALSE(heard(kind::failed));
}

TEST_CASE_METHOD(ledger_fixture, "a ledger that is told of affinity offers a worker its own chunks first",
                 "[actors][ledger]") {
  ledger_setup setup;
  setup.grid = {60, 10, 1};
  start(setup);
  me.send(book, row_affinity{0, {{30, 60}}});
  me.send(book, row_affinity{1, {{0, 30}}});
  run();
  const auto first = take(a, 0);
  CHECK(first.chunk == chunk_id{0, 3});
  CHECK(first.rows == row_range{30, 40});
  CHECK(take(b, 1).chunk == chunk_id{0, 0});
  CHECK(take(a, 0, report(first)).chunk == chunk_id{0, 4});
}
