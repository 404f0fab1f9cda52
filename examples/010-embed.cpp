// Training inside your own program: a parameter server, two workers and their data loaders live in your actor system,
// beside an actor of yours that watches every commit.
//
//   Run it:       build/release/bin/010-embed
//   You will see: 240 commits folded, mean staleness about 1, loss below 0.1 (of the last epoch)

#include "actors/ledger/ledger.hpp"
#include "actors/server/parameter_server.hpp"
#include "actors/worker/data_loader.hpp"
#include "actors/worker/worker.hpp"
#include "algorithms/catalog.hpp"
#include "common/random.hpp"
#include "runtime/enlist/system.hpp"

#include <caf/all.hpp>
#include <cstdio>

using namespace dk;

// 600 points in the plane; a point's class says on which side of a line it is.
data::dataset make_points() {
  random_stream random{1};
  block_writer features{1200};
  block_writer labels{1200};
  for (int i = 0; i < 600; ++i) {
    float* const x = features.data() + 2 * i;
    x[0] = static_cast<float>(random.uniform(-1, 1));
    x[1] = static_cast<float>(random.uniform(-1, 1));
    labels.data()[2 * i] = x[0] + 2 * x[1] > 0 ? 1.0F : 0.0F;
    labels.data()[2 * i + 1] = 1 - labels.data()[2 * i];
  }
  return {600, {2}, 2, 2, std::move(features).done(), std::move(labels).done(), "points"};
}

// What every replica is: its own model, and its own optimizer with its own state.
replica make_replica() {
  nn::model model{
      {"points", {2}, {{"dense", {{"units", 2}, {"activation", "softmax"}}}}}, "categorical_crossentropy", 2};
  model.initialize(1);
  auto optimizer = nn::make_optimizer({"adam", {{"learning_rate", 0.2}}}, model.num_weights());
  return {std::move(model), std::move(optimizer)};
}

// An actor of your own: it counts commits, and leaves when the run is over.
caf::behavior watcher(caf::event_based_actor* self, const chunk_grid& grid) {
  auto commits = std::make_shared<int>(0);
  auto staleness = std::make_shared<double>(0);
  auto loss = std::make_shared<double>(0);
  return {
      [=](const commit_record& c) { ++*commits, *staleness += static_cast<double>(c.staleness); },
      [=](const chunk_report& r) {
        if (r.chunk.epoch + 1 == grid.epochs)
          *loss += r.loss_sum;
      },
      [=](const run_event& event) {
        if (event.what != run_event::kind::finished)
          return;
        std::printf("%d commits folded, mean staleness %.1f, loss %.3f\n", *commits, *staleness / *commits,
                    *loss / static_cast<double>(grid.rows));
        self->quit();
      },
  };
}

int main() {
  system_config config;
  caf::actor_system system{config};
  const auto points = make_points();
  const chunk_grid grid{points.rows, 5 * 10, 20}; // windows of 5 batches of 10 rows, 20 epochs
  const auto& rule = *find_algorithm("adag");
  const auto start = make_replica();
  const center first{0, block::copy_of(start.model.weights(), start.model.num_weights())};
  const auto watching = system.spawn(watcher, grid);

  server_setup serving;
  serving.start = first;
  serving.grid = grid;
  serving.rule = rule.server(rule.defaults, {});
  serving.watchers = {watching};
  const auto server = system.spawn(parameter_server, serving);

  ledger_setup leasing;
  leasing.grid = grid;
  leasing.servers = {server};
  leasing.watchers = {watching};
  const auto chunks = system.spawn(ledger, leasing);

  for (std::uint32_t id = 0; id < 2; ++id) {
    worker_setup working;
    working.id = id;
    working.ledger = chunks;
    working.loader = system.spawn(data_loader, loader_setup{points, 1, true});
    working.shards = {{server, 0, 0, first}};
    working.make_replica = make_replica;
    working.exchange = rule.worker(rule.defaults);
    working.batch_rows = 10;
    system.spawn(worker, working); // leaves by itself when no work is left
  }

  caf::scoped_actor self{system};
  self->wait_for(watching);
  self->send_exit(chunks, caf::exit_reason::user_shutdown);
  self->send_exit(server, caf::exit_reason::user_shutdown);
}
