#include "runtime/replay/sequencer.hpp"

#include "runtime/replay/replay_ledger.hpp"
#include "tests/actors/actor_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

using kind = script_step::kind;

class sequencer_fixture : public actor_fixture {
public:
  void start(std::vector<script_step> script, bool same_rule = true, bool rounds = false) {
    sequencer_setup setup;
    setup.shard = 1;
    setup.server = server.as<server_actor>();
    setup.start = {0, block_of({1, 2})};
    setup.script = std::move(script);
    setup.origin = "log";
    setup.same_rule = same_rule;
    setup.rounds = rounds;
    setup.watchers = {watcher.actor()};
    door = spawn(sequencer, std::move(setup));
    run();
  }

  void send_commit(const probe& from, std::uint32_t worker, std::uint64_t lease = 1) {
    commit what;
    what.worker = worker;
    what.lease = lease;
    what.delta = block_of({1, 1});
    from.send(door, what);
    run();
  }

  // The server's next commit, answered.
  commit judge(verdict_kind how, std::uint64_t version, const std::string& reason = "") {
    const auto asked = server.take_mail<commit>();
    asked.answer(verdict{how, version, 0, 1.0, reason, false, whole(version, block_of({5, 5}))});
    run();
    return asked.content.get_as<commit>(0);
  }

  void answer_pull(std::uint64_t version) {
    server.take_mail<pull>().answer(whole(version, block_of({static_cast<float>(version), 0})));
    run();
  }

  probe server = make_probe();
  probe watcher = make_probe();
  probe a = make_probe();
  probe b = make_probe();
  server_actor door;
};

} // namespace

TEST_CASE_METHOD(sequencer_fixture, "commits reach the shard in the order of the script", "[runtime][replay]") {
  start({{kind::commit, 1, 1, verdict_kind::applied, 2}, {kind::commit, 0, 2, verdict_kind::applied, 3}});
  send_commit(a, 0);
  CHECK(server.empty());
  send_commit(b, 1);
  CHECK(judge(verdict_kind::applied, 1).worker == 1);
  CHECK(judge(verdict_kind::applied, 2).worker == 0);
  CHECK(b.take<verdict>().version == 1);
  CHECK(a.take<verdict>().version == 2);
}

TEST_CASE_METHOD(sequencer_fixture, "a pull gets the version of the script, early or late", "[runtime][replay]") {
  start({{kind::pull, 0, 0, {}, 0}, {kind::commit, 1, 1, verdict_kind::applied, 2}, {kind::pull, 0, 1, {}, 0}});
  answer_pull(0); // before anybody has asked
  a.send(door, pull{0, 1});
  a.send(door, pull{0, 1});
  run();
  CHECK(a.take<center_update>().version == 0);
  CHECK(a.empty()); // version 1 is not there yet
  send_commit(b, 1);
  judge(verdict_kind::applied, 1);
  answer_pull(1);
  CHECK(a.take<center_update>().version == 1);
}

TEST_CASE_METHOD(sequencer_fixture, "who is no worker asks the shard itself", "[runtime][replay]") {
  start({{kind::commit, 1, 1, verdict_kind::applied, 2}});
  me.clear();
  me.send(door, newest_atom_v);
  run();
  server.take_mail<newest_atom>().answer(center{7, block_of({7, 0})});
  run();
  CHECK(me.take<center>().version == 7);
}

TEST_CASE_METHOD(sequencer_fixture, "a commit that never reached the shard does not reach it now",
                 "[runtime][replay]") {
  start({{kind::commit, 0, 1, verdict_kind::applied, 2}});
  send_commit(b, 1);
  const auto answer = b.take<verdict>();
  CHECK(answer.kind == verdict_kind::fenced);
  CHECK(numbers_of(answer.newest.weights) == std::vector<float>{1, 2});
  CHECK(server.count<commit>() == 0);
  CHECK(server.take_mail<fence_atom, std::uint32_t, std::uint64_t>().content.get_as<std::uint32_t>(1) == 1);
}

TEST_CASE_METHOD(sequencer_fixture, "a commit that was fenced is fenced again", "[runtime][replay]") {
  start({{kind::commit, 0, 0, verdict_kind::fenced, 2}});
  send_commit(a, 0, 9);
  const auto fence = server.take_mail<fence_atom, std::uint32_t, std::uint64_t>();
  CHECK(fence.content.get_as<std::uint32_t>(1) == 0);
  CHECK(fence.content.get_as<std::uint64_t>(2) == 9);
  judge(verdict_kind::fenced, 0);
  CHECK(a.take<verdict>().kind == verdict_kind::fenced);
}

TEST_CASE_METHOD(sequencer_fixture, "a commit that was rejected is spoiled only under another rule",
                 "[runtime][replay]") {
  const bool same_rule = GENERATE(true, false);
  start({{kind::commit, 0, 0, verdict_kind::rejected, 2}}, same_rule);
  send_commit(a, 0);
  const auto numbers = numbers_of(judge(verdict_kind::rejected, 0, "a NaN").delta.numbers());
  CHECK((numbers[0] == 1) == same_rule);
  CHECK((numbers[0] != numbers[0]) == !same_rule);
  CHECK(a.take<verdict>().kind == verdict_kind::rejected);
}

TEST_CASE_METHOD(sequencer_fixture, "another verdict than the script's ends the replay", "[runtime][replay]") {
  start({{kind::commit, 0, 1, verdict_kind::applied, 2}});
  send_commit(a, 0);
  judge(verdict_kind::rejected, 0, "a NaN");
  REQUIRE(end_of(door));
  const auto why = to_failure(*end_of(door));
  CHECK(why.code() == errc::diverged);
  CHECK(std::string{why.what()} ==
        "log:2: shard 1: the replay differs from the log: rejected (a NaN) at version 0 instead "
        "of applied at version 1");
  CHECK(watcher.take<run_event>().text == why.what());
  CHECK(end_of(server.actor())); // the shard ends with it
}

TEST_CASE_METHOD(actor_fixture, "a schedule gives each worker its chunks in their order", "[runtime][replay]") {
  const auto watcher = make_probe();
  const auto worker = make_probe();
  const auto idle = make_probe();
  replay_ledger_setup setup;
  setup.chunks[1] = {{{0, 2}, {20, 25}, true}, {{0, 0}, {0, 10}, false}};
  setup.workers = 2;
  setup.rows = 15;
  setup.whole = false;
  setup.watchers = {watcher.actor()};
  const auto book = spawn(replay_ledger, setup);
  const auto next = [&](const probe& of, std::uint32_t id, chunk_report done = {}) {
    done.worker = id;
    if (done.lease != 0)
      of.send(book, std::move(done));
    of.send(book, work_request{id, 0});
    run();
    return of.take<lease>();
  };
  const auto first = next(worker, 1);
  CHECK(first.number == 1);
  CHECK(first.chunk == chunk_id{0, 2});
  CHECK(first.rows == row_range{20, 25});
  CHECK(first.waited);
  chunk_report done;
  done.lease = first.number;
  done.rows = 5;
  const auto second = next(worker, 1, done);
  CHECK(second.chunk == chunk_id{0, 0});
  CHECK_FALSE(second.waited);
  CHECK(watcher.take<chunk_report>().rows == 5);
  CHECK(next(idle, 0).number == 0);
  watcher.clear();
  CHECK(next(worker, 1).number == 0);
  CHECK(watcher.take<run_event>().what == run_event::kind::finished);
  const auto tally = ask<ledger_tally>(book, tally_atom_v);
  CHECK(tally.expected_rows == 15);
  CHECK(tally.done_rows == 5);
  CHECK(tally.stopped);
}

TEST_CASE_METHOD(actor_fixture, "behind a barrier a schedule gives the chunks of a round at a time",
                 "[runtime][replay]") {
  const auto server = make_probe();
  const auto watcher = make_probe();
  const auto workers = std::vector<probe>{make_probe(), make_probe()};
  replay_ledger_setup setup;
  setup.chunks[0] = {{{0, 0}, {0, 10}, true, 0}, {{0, 2}, {20, 25}, true, 1, 0.5}};
  setup.chunks[1] = {{{0, 1}, {10, 20}, true, 0}};
  setup.workers = 2;
  setup.rows = 25;
  setup.servers = {server.as<server_actor>()};
  setup.watchers = {watcher.actor()};
  const auto book = spawn(replay_ledger, setup);
  const auto ask_next = [&](std::uint32_t id) {
    workers[id].send(book, work_request{id, 0});
    run();
  };
  const auto report = [&](std::uint32_t id, std::uint64_t lease) {
    chunk_report done;
    done.worker = id;
    done.lease = lease;
    workers[id].send(book, done);
    run();
  };
  const auto close = [&] {
    auto asked = server.take_mail<close_atom, exact>();
    asked.answer(std::uint64_t{2});
    run();
    return double{asked.content.get_as<exact>(1)};
  };
  ask_next(0);
  ask_next(1);
  const auto first = workers[0].take<lease>();
  CHECK(first.round == 1);
  report(0, first.number);
  ask_next(0);
  CHECK(workers[0].empty()); // its next chunk is of the next round
  CHECK(server.empty());
  report(1, workers[1].take<lease>().number);
  CHECK(close() == 1);
  const auto second = workers[0].take<lease>();
  CHECK(second.round == 2);
  CHECK(second.chunk == chunk_id{0, 2});
  ask_next(1);
  CHECK(workers[1].take<lease>().number == 0);
  report(0, second.number);
  ask_next(0);
  CHECK(workers[0].take<lease>().number == 0);
  CHECK(watcher.count<run_event>() == 2); // two joined; the end comes when the last round is closed
  CHECK(close() == 0.5);
  CHECK(watcher.count<run_event>() == 3);
}

TEST_CASE_METHOD(sequencer_fixture, "behind a barrier a pull is answered by the shard at once", "[runtime][replay]") {
  start({{kind::commit, 1, 0, verdict_kind::applied, 2}}, true, true);
  a.send(door, pull{0, 1});
  run();
  answer_pull(0);
  CHECK(a.take<center_update>().version == 0);
}

TEST_CASE_METHOD(actor_fixture, "a worker that is lost ends the replay with its reason", "[runtime][replay]") {
  const auto watcher = make_probe();
  const auto worker = make_probe();
  replay_ledger_setup setup;
  setup.chunks[0] = {{{0, 0}, {0, 10}, false}};
  setup.watchers = {watcher.actor()};
  const auto book = spawn(replay_ledger, setup);
  worker.send(book, work_request{0, 0});
  run();
  watcher.clear();
  kill(worker, make_error(errc::diverged, "the loss is not finite"));
  const auto event = watcher.take<run_event>();
  CHECK(event.what == run_event::kind::failed);
  CHECK(event.code == errc::diverged);
  CHECK(event.text == "worker 0 cannot repeat what it did: the loss is not finite");
}

TEST_CASE_METHOD(sequencer_fixture, "a verdict of another version than the log's is another way", "[runtime][replay]") {
  start({{kind::commit, 1, 7, verdict_kind::applied, 12}});
  send_commit(b, 1);
  judge(verdict_kind::applied, 8);
  CHECK(b.count<verdict>() == 0);
  const auto told = watcher.take<run_event>();
  CHECK(told.what == run_event::kind::failed);
  CHECK(told.code == errc::checkpoint);
  CHECK(told.text ==
        "log:12: shard 1: the replay differs from the log: applied at version 8 instead of applied at version 7");
}
