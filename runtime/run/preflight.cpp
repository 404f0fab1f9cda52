#include "runtime/run/preflight.hpp"

#include "algorithms/catalog.hpp"
#include "common/text.hpp"
#include "data/label_check.hpp"
#include "nn/model/answer_kind.hpp"
#include "nn/model/compute_scope.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/run/lone_model.hpp"

#include <limits>
#include <unistd.h>

namespace dk {

namespace {

void check_grid(const job& which, std::size_t rows) {
  const auto& trainer = which.trainer;
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  if (trainer.batch_size > most || trainer.epochs > most ||
      trainer.communication_window > std::numeric_limits<std::uint64_t>::max() / 2 / trainer.batch_size ||
      grid_of(which, rows).chunks_per_epoch() > most ||
      rows > std::numeric_limits<std::uint64_t>::max() / trainer.epochs)
    throw failure{errc::config, "trainer: batch_size, communication_window or epochs is too large"};
  if (trainer.workers > rows)
    throw failure{errc::config, "trainer.workers = " + std::to_string(trainer.workers) + ", but the data has only " +
                                    std::to_string(rows) + " rows; lower it: a worker needs at least one row"};
}

void check_overlap(const job& which, const algorithm& rule) {
  const auto refuse = [](const std::string& why) {
    throw failure{errc::config, "trainer.overlap = true, but " + why + "; leave overlap out"};
  };
  if (!rule.has_server())
    refuse("a worker of " + rule.name + " exchanges nothing");
  if (barrier_of(rule) != barrier::none)
    refuse(rule.name + " works in rounds, and all workers wait for the end of each");
  if (policy_of(which).kind == policy_kind::wait)
    refuse("under the policy wait a chunk begins when its worker has the newest center");
}

void check_threads(std::size_t threads, const algorithm& rule) {
  const auto refuse = [threads](const std::string& why) {
    throw failure{errc::config, "trainer.threads = " + std::to_string(threads) + ", but " + why};
  };
  if (rule.name != "single")
    refuse(rule.name + " trains with one thread per worker; leave threads out and raise workers, or set algorithm = "
                       "\"single\"");
  if (!nn::can_use_threads())
    refuse("this dk was built without oneDNN and computes on one thread; leave threads out");
}

void check_algorithm(const job& which, std::size_t weights) {
  const auto& trainer = which.trainer;
  const auto& rule = *trainer.algorithm;
  if (rule.share)
    rule.share(trainer.algorithm.keys);
  else if (!rule.has_server() && trainer.workers != 1)
    throw failure{errc::config, "trainer.workers = " + std::to_string(trainer.workers) + ", but " + rule.name +
                                    " trains with one worker; set workers = 1, or choose another algorithm"};
  if (trainer.threads != 1)
    check_threads(trainer.threads, rule);
  if (barrier_of(rule) != barrier::none && policy_of(which).kind != policy_kind::accept)
    throw failure{errc::config, "trainer.policy = \"" + trainer.policy + "\", but with " + rule.name +
                                    " no commit is ever stale; leave the policy out"};
  if (trainer.overlap)
    check_overlap(which, rule);
  if (trainer.servers > weights)
    throw failure{errc::config, "trainer.servers = " + std::to_string(trainer.servers) + ", but the model has only " +
                                    std::to_string(weights) + " weights; lower it"};
}

void check_weights(const nn::model& model) {
  if (model.num_weights() > 0)
    return;
  if (model.num_frozen() == 0)
    throw failure{errc::config, "no layer of the model has weights, so there is nothing to train; add one, or use "
                                "evaluate or predict"};
  throw failure{errc::config, "all " + std::to_string(model.num_frozen()) +
                                  " weights of the model are frozen by trainable = false, so there is nothing to "
                                  "train; unfreeze at least one layer"};
}

// A worker holds weights, gradient, two moments of its optimizer, its base and a delta.
void check_memory(const job& which, std::size_t weights) {
  if (!which.cluster.nodes.empty())
    return; // the nodes' memory, not ours
  const double wanted = static_cast<double>(which.trainer.workers) * 6 * sizeof(float) * static_cast<double>(weights);
  const double there = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (wanted > there)
    throw failure{errc::resources, "trainer.workers = " + std::to_string(which.trainer.workers) + " replicas of " +
                                       std::to_string(weights) + " weights need " +
                                       std::to_string(static_cast<long>(wanted / 1e9) + 1) + " GB; this host has " +
                                       std::to_string(static_cast<long>(there / 1e9)) + " GB: lower workers"};
}

// Numbers are near or far, but not right or wrong.
void check_accuracy(const job& which) {
  const auto& trainer = which.trainer;
  const bool stops = trainer.stop.contains("accuracy");
  if (!stops && trainer.monitor != "accuracy")
    return;
  if (nn::answer_kinds(architecture_of(which), trainer.loss).front() == nn::answer_kind::numbers)
    throw failure{errc::config, std::string{stops ? "trainer.stop.accuracy" : "trainer.monitor = \"accuracy\""} +
                                    ", but with the loss " + trainer.loss.loss_of(0).name +
                                    " the outputs are numbers, which have no accuracy; use the loss"};
}

} // namespace

void check_job(const job& which, const data::dataset& rows) {
  check_grid(which, rows.rows);
  const auto model = make_model(which, rows.label_width);
  if (model.input_size() != rows.feature_width)
    throw failure{errc::shape, "the model takes " + counted(model.input_size(), "number") + ", but a row of " +
                                   rows.origin + " has " + with_commas(rows.feature_width) +
                                   "; correct model.input, or choose other feature columns"};
  if (!rows.stored) // those were looked at when they were written
    data::label_checker{model.label_parts()}.see(rows);
  check_weights(model);
  check_accuracy(which);
  check_algorithm(which, model.num_weights());
  check_memory(which, model.num_weights());
}

namespace {

// Chunks are numbered through all epochs, so that the last one tells how far the run has come.
void check_epochs(const job& which, const chunk_grid& grid, const chunk_set& done) {
  if (done.behind_last() > grid.chunks())
    throw failure{errc::config,
                  "trainer.epochs = " + std::to_string(which.trainer.epochs) + ", but the run has trained in " +
                      counted(grid.chunk(done.behind_last() - 1).epoch + 1, "epoch") + "; give as many or more"};
}

} // namespace

void check_resume(const job& which, const data::dataset& rows, const resume_state& from) {
  const bool alone = !has_center(which);
  const auto servers = alone ? which.trainer.workers : which.trainer.servers;
  if (from.shards.size() != servers)
    throw failure{errc::checkpoint, "the checkpoint has " + std::to_string(from.shards.size()) +
                                        " shards; the job asks for trainer." + (alone ? "workers" : "servers") + " = " +
                                        std::to_string(servers)};
  const auto optimizer = own_optimizer_of(which).name;
  for (const auto& worker : from.workers)
    if (keeps_workers(which) && !worker.weights.empty() && worker.optimizer != optimizer)
      throw failure{errc::checkpoint, "the checkpoint's worker uses the optimizer " + worker.optimizer +
                                          ", the job's uses " + optimizer + "; resume with the optimizer of the run"};
  const auto models = lone_models_of(which, rows);
  const auto offsets = shard_offsets(make_model(which, rows.label_width).num_weights() * models_of(which), servers);
  for (std::size_t i = 0; i < servers; ++i) {
    const auto& saved = from.shards[i];
    const auto grid = alone ? models[i].grid : grid_of(which, rows.rows);
    if (saved.grid.rows != grid.rows || saved.grid.chunk_rows != grid.chunk_rows)
      throw failure{errc::checkpoint, "the checkpoint is of " + std::to_string(saved.grid.rows) +
                                          " rows in chunks of " + std::to_string(saved.grid.chunk_rows) +
                                          "; the job has " + std::to_string(grid.rows) + " in chunks of " +
                                          std::to_string(grid.chunk_rows)};
    check_epochs(which, grid, saved.folded);
    if (saved.offset != offsets[i] || saved.weights.size() != offsets[i + 1] - offsets[i])
      throw failure{errc::checkpoint, "the checkpoint is of another model: its shard " + std::to_string(i) + " has " +
                                          std::to_string(saved.weights.size()) + " weights, the job's has " +
                                          std::to_string(offsets[i + 1] - offsets[i])};
  }
}

} // namespace dk
