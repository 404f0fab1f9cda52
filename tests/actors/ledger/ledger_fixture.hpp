#pragma once

#include "actors/ledger/ledger.hpp"
#include "tests/actors/actor_fixture.hpp"

namespace dk::test {

/// A ledger whose workers, servers and watcher are probes.
class ledger_fixture : public actor_fixture {
public:
  /// Spawns the ledger: 25 rows in chunks of 10, one epoch, unless told otherwise.
  void start(ledger_setup setup = {}) {
    if (setup.grid.rows == 0)
      setup.grid = {25, 10, 1};
    setup.watchers = {watcher.actor()};
    book = spawn(ledger, std::move(setup));
    run();
  }

  ledger_setup with_servers(std::initializer_list<probe> servers) const {
    ledger_setup setup;
    for (const auto& server : servers)
      setup.servers.push_back(server.as<server_actor>());
    return setup;
  }

  /// What a worker says of a lease that it has trained.
  static chunk_report report(const lease& trained, verdict_kind kind = verdict_kind::applied) {
    chunk_report made;
    made.lease = trained.number;
    made.chunk = trained.chunk;
    made.rows = trained.rows.size();
    made.loss_sum = 2.0 * static_cast<double>(made.rows);
    made.kind = kind;
    return made;
  }

  void send_request(const probe& worker, std::uint32_t id, const chunk_report& done = {}) {
    if (done.lease != 0) {
      auto report = done;
      report.worker = id;
      worker.send(book, report);
    }
    worker.send(book, work_request{id, 0});
    run();
  }

  /// Asks for work, which is there.
  lease take(const probe& worker, std::uint32_t id, const chunk_report& done = {}) {
    send_request(worker, id, done);
    return worker.take<lease>();
  }

  /// Takes and finishes chunks until none is left. @return how many there were
  int work_off(const probe& worker, std::uint32_t id) {
    int chunks = 0;
    for (auto granted = take(worker, id); granted.number != 0; granted = take(worker, id, report(granted)))
      ++chunks;
    return chunks;
  }

  ledger_tally tally() { return ask<ledger_tally>(book, tally_atom_v); }

  /// The newest event of this kind; the test fails when there is none.
  run_event event(run_event::kind what) {
    std::optional<run_event> found;
    while (watcher.count<run_event>() > 0) {
      const auto heard = watcher.take<run_event>();
      if (heard.what == what)
        found = heard;
    }
    REQUIRE(found);
    return *found;
  }

  bool heard(run_event::kind what) {
    bool found = false;
    while (watcher.count<run_event>() > 0)
      found = watcher.take<run_event>().what == what || found;
    return found;
  }

  probe watcher = make_probe();
  probe a = make_probe();
  probe b = make_probe();
  ledger_actor book;
};

} // namespace dk::test
