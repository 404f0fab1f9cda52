// Each algorithm as a conversation of two workers with one real shard, by numbers worked out by it.
//
// The model is o = w x + b and every batch is x = 0, y = 5, so that only b moves: one step of sgd at 0.1 is
// b <- b + 0.2 (5 - b). Both workers start from b = 0.
#include "actors/server/parameter_server.hpp"
#include "algorithms/catalog.hpp"

#include "tests/actors/actor_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

class duet : public actor_fixture {
public:
  void start(const std::string& name, nlohmann::json keys = {}) {
    const auto* const rule = find_algorithm(name);
    if (keys.empty())
      keys = rule->defaults;
    std::vector<shard_link> shards;
    if (rule->has_server()) {
      server_setup setup;
      setup.start = {0, block_of({0, 0})};
      setup.grid = {100, 10, 1};
      setup.rule = rule->server(keys, {"sgd", {{"learning_rate", 0.1}}});
      setup.policy.kind = rule->policy;
      setup.watchers = {watcher.actor()};
      server = spawn(parameter_server, setup);
      shards = {{server, 0, 0, {0, block_of({0, 0})}}};
    }
    for (std::uint32_t id = 0; id < 2; ++id) {
      worker_setup setup;
      setup.id = id;
      setup.ledger = ledgers[id].as<ledger_actor>();
      setup.loader = loaders[id].as<loader_actor>();
      setup.shards = shards;
      const auto steps = rule->own_optimizer ? rule->own_optimizer(keys) : spec{"sgd", {{"learning_rate", 0.1}}};
      setup.make_replica = [steps] {
        nn::model model{{"line", {1}, {{"dense", {{"units", 1}}}}}, "mean_squared_error", 1};
        const auto weights = model.num_weights();
        return replica{std::move(model), nn::make_optimizer(steps, weights)};
      };
      setup.exchange = rule->worker(keys);
      workers.push_back(spawn(worker, setup));
    }
    run();
  }

  /// A worker trains the next chunk, of this many batches, and exchanges.
  void train(std::size_t id, int batches) { train_on(id, std::vector(static_cast<std::size_t>(batches), labels{5})); }

  using labels = std::vector<float>;

  /// The same with a batch for each of these, which has a row for each label.
  void train_on(std::size_t id, const std::vector<labels>& batches) {
    const std::uint64_t number = ++leases_;
    const auto index = static_cast<std::uint32_t>(number - 1);
    ledgers[id].take_mail<work_request>().answer(
        lease{number, {0, index}, {std::uint64_t{index} * 10, std::uint64_t{index} * 10 + 10}, false, round_});
    run();
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const auto rows = static_cast<std::uint32_t>(batches[i].size());
      const bool last = i + 1 == batches.size();
      loaders[id].send(workers[id], batch{number, rows, last, block_of(labels(rows, 0)), block_of(batches[i])});
      run();
    }
    REQUIRE(ledgers[id].count<work_request>() == 1); // the exchange is over
  }

  /// Lets the server fold in what the round has brought. @return the version then
  std::uint64_t close_round(double rate = 1) {
    ++round_;
    return ask<std::uint64_t>(server, close_atom_v, exact{rate});
  }

  float replica_of(std::size_t id) { return state_of<worker_state>(workers[id]).own->model.weights()[1]; }
  float center_now() { return ask<center>(server, newest_atom_v).weights[1]; }

  /// How the newest commit was handled.
  commit_record record() {
    commit_record newest = watcher.take<commit_record>();
    while (watcher.count<commit_record>() > 0)
      newest = watcher.take<commit_record>();
    return newest;
  }

  probe watcher = make_probe();
  std::vector<probe> ledgers{make_probe(), make_probe()};
  std::vector<probe> loaders{make_probe(), make_probe()};
  std::vector<worker_actor> workers;
  server_actor server;

private:
  std::uint64_t leases_ = 0;
  std::uint64_t round_ = 1;
};

} // namespace

TEST_CASE_METHOD(duet, "DOWNPOUR adds what each worker moved", "[algorithms][downpour]") {
  start("downpour");
  train(0, 2); // 0 -> 1 -> 1.8
  CHECK(center_now() == Approx(1.8));
  CHECK(replica_of(0) == Approx(1.8));
  train(1, 1); // from version 0: 0 -> 1
  CHECK(record().staleness == 1);
  CHECK(center_now() == Approx(2.8));
  CHECK(replica_of(1) == Approx(2.8)); // it adopts the center
  train(0, 1);                         // 1.8 -> 2.44
  CHECK(center_now() == Approx(3.44));
  CHECK(record().base == 1);
}

TEST_CASE_METHOD(duet, "ADAG divides by the batches that a chunk really had", "[algorithms][adag]") {
  start("adag");
  train(0, 2); // 1.8 / 2
  CHECK(center_now() == Approx(0.9));
  CHECK(replica_of(0) == Approx(0.9));
  train(1, 1); // a short chunk: 1 / 1
  CHECK(center_now() == Approx(1.9));
  CHECK(double{record().scale} == 1);
  train(0, 1); // 0.9 -> 1.72
  CHECK(center_now() == Approx(2.72));
}

TEST_CASE_METHOD(duet, "DynSGD lets a stale movement count less", "[algorithms][dynsgd]") {
  start("dynsgd");
  train(0, 2);
  CHECK(center_now() == Approx(1.8));
  CHECK(double{record().scale} == 1);
  train(1, 1); // one commit missed: 1 / 2
  CHECK(center_now() == Approx(2.3));
  CHECK(double{record().scale} == 0.5);
  train(0, 1); // 0.64 / 2
  CHECK(center_now() == Approx(2.62));
  train(0, 1); // nothing missed: 2.62 -> 3.096
  CHECK(center_now() == Approx(3.096));
}

TEST_CASE_METHOD(duet, "AEASGD pulls replica and center towards each other", "[algorithms][aeasgd]") {
  start("aeasgd"); // alpha = 5 * 0.1
  train(0, 2);     // 1.8, the center 0: both go to 0.9
  CHECK(center_now() == Approx(0.9));
  CHECK(replica_of(0) == Approx(0.9));
  train(1, 1); // 1, the center 0.9
  CHECK(record().staleness == 0);
  CHECK(center_now() == Approx(0.95));
  CHECK(replica_of(1) == Approx(0.95));
  train(0, 1); // goes on from 0.9, not from the center: 1.72
  CHECK(center_now() == Approx(1.335));
  CHECK(replica_of(0) == Approx(1.335));
}

TEST_CASE_METHOD(duet, "AEASGD's alpha is rho times its learning rate", "[algorithms][aeasgd]") {
  start("aeasgd", {{"rho", 1.0}, {"learning_rate", 0.25}});
  train(0, 2); // E = 0.25 * 1.8
  CHECK(center_now() == Approx(0.45));
  CHECK(replica_of(0) == Approx(1.35));
}

TEST_CASE_METHOD(duet, "a worker without a server exchanges nothing", "[algorithms][single][ensemble]") {
  start(GENERATE(as<std::string>{}, "single", "ensemble"));
  train(0, 2);
  CHECK(replica_of(0) == Approx(1.8));
  train(0, 1);
  CHECK(replica_of(0) == Approx(2.44));
  CHECK(replica_of(1) == 0);
  CHECK(watcher.empty());
}

TEST_CASE_METHOD(duet, "EAMSGD takes its gradient ahead, and the spring pulls what it stands for",
                 "[algorithms][eamsgd]") {
  start("eamsgd", {{"rho", 5.0}, {"learning_rate", 0.1}, {"momentum", 0.5}}); // alpha = 0.5; g = 2 (x - 5)
  train(0, 2); // v 1, x 1, ahead 1.5; g = -7: v 1.2, x 2.2, ahead 2.8; E = 1.1
  CHECK(center_now() == Approx(1.1));
  CHECK(replica_of(0) == Approx(1.7)); // x 1.1, and 0.6 ahead
  train(0, 1);                         // g = -6.6: v 1.26, x 2.36; E = 0.63
  CHECK(center_now() == Approx(1.73));
  CHECK(replica_of(0) == Approx(2.36)); // x 1.73, and 0.63 ahead
}

TEST_CASE_METHOD(duet, "EXPERIMENTAL lets count less what has moved meanwhile", "[algorithms][experimental]") {
  start("experimental"); // eta = 1
  train(0, 2);           // 1.8 / 2
  CHECK(center_now() == Approx(0.9));
  CHECK(double{record().scale} == 1);
  train(1, 1); // base 0, where the center has moved by 0.9: 1 / (1 + 0.81)
  CHECK(center_now() == Approx(1.4524862));
  CHECK(double{record().scale} == Approx((1 + 0.5524862) / 2)); // w has not moved
  train(0, 1); // from 0.9 to 1.72; the center is at 1.4524862: 0.82 / (1 + 0.5524862^2)
  CHECK(center_now() == Approx(2.080723));
}

TEST_CASE_METHOD(duet, "SYNC steps with the mean of a round's gradients", "[algorithms][sync]") {
  start("sync");
  train(0, 2); // -10 and -10: nobody steps in between
  train(1, 1); // -10
  CHECK(center_now() == 0);
  CHECK(close_round() == 2);
  CHECK(center_now() == Approx(1)); // 0.1 * 10
  CHECK(record().staleness == 0);
  train(0, 1); // at 1: -8
  CHECK(replica_of(0) == Approx(1));
  CHECK(close_round() == 3);
  CHECK(center_now() == Approx(1.8));
  train(0, 1); // at 1.8: -6.4
  close_round(0.5);
  CHECK(center_now() == Approx(2.12)); // 0.05 * 6.4
}

TEST_CASE_METHOD(duet, "SYNC counts each batch by its rows", "[algorithms][sync]") {
  start("sync");
  train_on(0, {{5, 5}, {2}}); // (2 * -10 + 1 * -4) / 3 = -8
  train(1, 1);                // -10; both chunks are of 10 rows
  close_round();
  CHECK(center_now() == Approx(0.9)); // 0.1 * (8 + 10) / 2
}

TEST_CASE_METHOD(duet, "EASGD moves the center when all have pulled at it", "[algorithms][easgd]") {
  start("easgd", {{"rho", 5.0}, {"learning_rate", 0.1}});
  train(0, 2); // 1.8: E = 0.9
  train(1, 1); // 1, and the center still at 0: E = 0.5
  CHECK(replica_of(0) == Approx(0.9));
  CHECK(replica_of(1) == Approx(0.5));
  CHECK(center_now() == 0);
  CHECK(close_round() == 2);
  CHECK(center_now() == Approx(1.4));
  train(0, 1); // from 0.9, not from the center: 1.72, E = 0.16
  CHECK(replica_of(0) == Approx(1.56));
  close_round();
  CHECK(center_now() == Approx(1.56));
}

TEST_CASE_METHOD(duet, "AVERAGING takes the mean of the replicas, weighted by their rows", "[algorithms][averaging]") {
  start("averaging");
  train(0, 2); // 1.8
  train(0, 1); // goes on from there: 2.44
  train(1, 1); // 1
  CHECK(center_now() == 0);
  CHECK(close_round() == 3);
  CHECK(center_now() == Approx(2 * 2.44 / 3 + 1.0 / 3));
  const auto last = record();
  CHECK(last.worker == 1);
  CHECK(last.version == 3);
  CHECK(last.base == 0);
  CHECK(double{last.scale} == Approx(1.0 / 3));
  train(0, 1); // 1.96 -> 2.568
  close_round();
  CHECK(center_now() == Approx(2.568));
}
