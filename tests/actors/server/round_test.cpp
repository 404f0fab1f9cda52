// The ledger behind a barrier: leases in rounds, and the servers close each of them.
#include "tests/actors/ledger/ledger_fixture.hpp"

using namespace dk;
using namespace dk::test;

using kind = run_event::kind;

namespace {

struct round_fixture : ledger_fixture {
  probe server = make_probe();

  void start_rounds(barrier when, chunk_grid grid) {
    auto setup = with_servers({server});
    setup.barrier = when;
    setup.grid = grid;
    start(setup);
    for (const auto* worker : {&a, &b})
      me.send(book, caf::join_atom_v, std::uint32_t{worker == &b},
              caf::actor_cast<caf::strong_actor_ptr>(worker->actor()));
    run();
  }

  bool is_closing() const { return server.count<close_atom, exact>() > 0; }

  void close_round() {
    server.take_mail<close_atom, exact>().answer(std::uint64_t{1});
    run();
  }
};

} // namespace

TEST_CASE_METHOD(round_fixture, "a worker gets one chunk a round, and the next when all are back",
                 "[actors][ledger][round]") {
  start_rounds(barrier::chunk, {50, 10, 1});
  const auto first = take(a, 0);
  CHECK(first.round == 1);
  send_request(a, 0, report(first));
  CHECK(a.empty());          // it has had its chunk
  CHECK_FALSE(is_closing()); // the other one has not
  const auto other = take(b, 1);
  CHECK(other.round == 1);
  send_request(b, 1, report(other));
  REQUIRE(is_closing());
  CHECK(a.empty());
  close_round();
  CHECK(a.take<lease>().round == 2);
  CHECK(b.take<lease>().round == 2);
}

TEST_CASE_METHOD(round_fixture, "a round is closed at the learning rate of the moment", "[actors][ledger][round]") {
  start_rounds(barrier::epoch, {10, 10, 2});
  const auto first = take(a, 0);
  me.send(book, rate_atom_v, exact{0.25});
  send_request(a, 0, report(first));
  CHECK(double{server.take_mail<close_atom, exact>().content.get_as<exact>(1)} == 0.25);
}

TEST_CASE_METHOD(round_fixture, "the last round may be short, and is closed before the run ends",
                 "[actors][ledger][round]") {
  start_rounds(barrier::chunk, {30, 10, 1});
  const auto first = take(a, 0);
  const auto other = take(b, 1);
  send_request(a, 0, report(first));
  send_request(b, 1, report(other));
  close_round();
  const auto last = a.take<lease>();
  CHECK(b.empty()); // there is no third chunk
  send_request(a, 0, report(last));
  CHECK_FALSE(heard(kind::finished));
  close_round();
  CHECK(heard(kind::finished));
  CHECK(a.take<lease>().number == 0);
  CHECK(b.take<lease>().number == 0);
}

TEST_CASE_METHOD(round_fixture, "nobody waits for a worker that died in the round", "[actors][ledger][round]") {
  start_rounds(barrier::chunk, {50, 10, 1});
  const auto first = take(a, 0);
  const auto lost = take(b, 1);
  send_request(a, 0, report(first));
  kill(b, make_error(errc::resources, "out of paper"));
  CHECK_FALSE(is_closing()); // not before it is known whether the server has its chunk
  server.take_mail<have_atom, chunk_id>().answer(false);
  run();
  close_round();
  const auto next = a.take<lease>();
  CHECK(next.chunk == lost.chunk); // it is open again
  CHECK(next.round == 2);
}

TEST_CASE_METHOD(round_fixture, "a worker that leaves between its chunks does not hold up the round",
                 "[actors][ledger][round]") {
  start_rounds(barrier::chunk, {50, 10, 1});
  send_request(a, 0, report(take(a, 0)));
  kill(b, make_error(errc::resources, "out of paper"));
  CHECK(is_closing());
}

TEST_CASE_METHOD(round_fixture, "a stalled worker does not hold up the round", "[actors][ledger][round]") {
  start_rounds(barrier::chunk, {50, 10, 1});
  send_request(a, 0, report(take(a, 0)));
  const auto late = take(b, 1);
  pass_seconds(11); // the other lease took no time: 10 s are allowed
  server.take_mail<have_atom, chunk_id>().answer(false);
  run();
  close_round();
  CHECK(a.take<lease>().chunk == late.chunk);
}

TEST_CASE_METHOD(round_fixture, "an epoch's round has all of its chunks, and none of the next",
                 "[actors][ledger][round]") {
  start_rounds(barrier::epoch, {30, 10, 2});
  const auto first = take(a, 0);
  const auto other = take(b, 1);
  const auto third = take(a, 0, report(first)); // as many as it can
  CHECK(third.round == 1);
  send_request(b, 1, report(other));
  CHECK(b.empty());
  CHECK_FALSE(is_closing());
  send_request(a, 0, report(third));
  close_round();
  const auto next = a.take<lease>();
  CHECK(next.chunk.epoch == 1);
  CHECK(next.round == 2);
  CHECK(b.take<lease>().chunk.epoch == 1);
}

TEST_CASE_METHOD(round_fixture, "a run that is stopped in a round closes it", "[actors][ledger][round]") {
  start_rounds(barrier::epoch, {30, 10, 1});
  const auto held = take(a, 0);
  me.send(book, stop_atom_v);
  run();
  send_request(a, 0, report(held));
  CHECK_FALSE(heard(kind::finished));
  close_round();
  CHECK(heard(kind::finished));
  CHECK(a.take<lease>().number == 0);
}

TEST_CASE_METHOD(round_fixture, "a lease that is asked for again keeps its round", "[actors][ledger][round]") {
  start_rounds(barrier::chunk, {50, 10, 1});
  const auto held = take(a, 0);
  const auto again = take(a, 0);
  CHECK(again.number == held.number);
  CHECK(again.round == 1);
}
