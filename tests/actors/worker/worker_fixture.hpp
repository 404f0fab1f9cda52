#pragma once

#include "actors/worker/exchange.hpp"
#include "actors/worker/worker.hpp"
#include "tests/actors/actor_fixture.hpp"

namespace dk::test {

/// One weight w and one bias b: o = w x + b, by sgd with momentum, mean squared error.
inline replica make_line() {
  nn::model model{{"line", {1}, {{"dense", {{"units", 1}}}}}, "mean_squared_error", 1};
  const auto weights = model.num_weights();
  return {std::move(model), nn::make_optimizer({"sgd", {{"learning_rate", 0.1}, {"momentum", 0.5}}}, weights)};
}

/// A worker whose ledger, loader and two servers (of w and of b) are probes.
class worker_fixture : public actor_fixture {
public:
  worker_setup setup() const {
    worker_setup setup;
    setup.id = 3;
    setup.session = 2;
    setup.ledger = ledger.as<ledger_actor>();
    setup.loader = loader.as<loader_actor>();
    setup.make_replica = make_line;
    setup.exchange = {
        [](worker_ptr self) { commit_movement(self, 1, [self] { finish_chunk(self); }); }, adoption::every_chunk, {}};
    setup.batch_rows = 1;
    setup.prefetch = 2;
    return setup;
  }

  void start() {
    auto mine = setup();
    mine.shards = {{of_w.as<server_actor>(), 0, 1, {0, block_of({2})}},
                   {of_b.as<server_actor>(), 1, 4, {0, block_of({-1})}}};
    it = spawn(worker, mine);
    run();
  }

  void start_alone() {
    auto mine = setup();
    mine.exchange = {[](worker_ptr self) { finish_chunk(self); }, adoption::never, {}};
    it = spawn(worker, mine);
    run();
  }

  work_request grant(const lease& granted) {
    auto asked = ledger.take_mail<work_request>();
    asked.answer(granted);
    run();
    return asked.content.get_as<work_request>(0);
  }

  /// What the worker has told of the chunk before.
  chunk_report report() { return ledger.take<chunk_report>(); }

  void feed(std::uint64_t lease, float x, float y, bool last) {
    loader.send(it, batch{lease, 1, last, block_of({x}), block_of({y})});
    run();
  }

  commit judge(const probe& server, verdict answer) {
    auto what = server.take_mail<commit>();
    what.answer(std::move(answer));
    run();
    return what.content.get_as<commit>(0);
  }

  static verdict applied(std::uint64_t version, std::uint64_t staleness, float weight) {
    return {verdict_kind::applied, version, staleness, 1.0, "", false, whole(version, block_of({weight}))};
  }

  errc end_code() {
    REQUIRE(end_of(it));
    return to_failure(*end_of(it)).code();
  }

  std::vector<float> replica_now() {
    const auto* weights = state_of<worker_state>(it).own->model.weights();
    return {weights, weights + 2};
  }

  probe ledger = make_probe();
  probe loader = make_probe();
  probe of_w = make_probe();
  probe of_b = make_probe();
  worker_actor it;
};

} // namespace dk::test
