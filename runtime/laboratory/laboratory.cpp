#include "runtime/laboratory/laboratory.hpp"

#include "data/sealed_rows.hpp"
#include "nn/model/weight_split.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/laboratory/laboratory_venue.hpp"
#include "runtime/laboratory/staff.hpp"
#include "runtime/run/preflight.hpp"

#include <algorithm>

namespace dk {

namespace {

void refuse(const std::string& what) {
  throw failure{errc::config, what};
}

// A job with one weight a shard; who computes when and how long stays as it is.
job dried(const job& which) {
  auto dry = which;
  dry.model = {};
  dry.model.input = {1};
  dry.model.layers = {{"dense", {{"units", which.trainer.servers}, {"use_bias", false}}}};
  dry.trainer.loss = "mean_squared_error";
  dry.data.shuffle = false;
  return dry;
}

block zeros(std::size_t size) {
  block_writer made{size};
  std::fill_n(made.data(), size, 0.0F);
  return std::move(made).done();
}

data::dataset dried(const data::dataset& rows, const job& which) {
  const auto count = which.laboratory.rows > 0 ? which.laboratory.rows : rows.rows;
  const auto label_width = which.trainer.servers;
  return {count, {1}, 1, label_width, zeros(count), zeros(count * label_width), "a dry run"};
}

// What each host receives: the rows of the data as they are sealed. A dry run may have none of its own.
double row_bytes_of(const job& which, const data::dataset& rows) {
  const auto& world = which.laboratory;
  if (world.hosts == 0 || which.data.where != "auto")
    return 0;
  if (world.row_bytes)
    return *world.row_bytes;
  return rows.feature_width == 0
             ? 0
             : static_cast<double>(data::sealed_size_of(rows).whole()) / static_cast<double>(rows.rows);
}

std::uint64_t count_weights(const job& which) {
  return which.model.layers.empty() ? 0 : nn::weight_split{architecture_of(which)}.num_free();
}

} // namespace

void check_laboratory(const job& which) {
  const auto& world = which.laboratory;
  if (!which.cluster.nodes.empty())
    refuse("cluster.nodes: the laboratory has no nodes; leave them out");
  const bool moves = !world.kills.empty() || !world.joins.empty() || world.kill_rate > 0 || world.join_rate > 0;
  if (moves && !has_center(which))
    refuse("laboratory: kills and joins need a parameter server, but " + which.trainer.algorithm.name() +
           " has none; leave them out");
  if (world.hosts > 0 && !has_center(which))
    refuse("laboratory.hosts: " + which.trainer.algorithm.name() + " has no parameter server; leave `hosts` out");
  if (world.dry && (which.trainer.stop.contains("loss") || which.trainer.stop.contains("accuracy")))
    refuse("trainer.stop: a dry run has no loss and no accuracy; stop at seconds or rows");
  if (world.dry &&
      (which.trainer.stop.contains("patience") || which.trainer.keep == "best" || which.trainer.scheme.name != "none"))
    refuse("trainer: a dry run measures no center; leave stop.patience, keep and scheme out");
  for (std::size_t worker = 0; worker < which.trainer.workers; ++worker)
    if (is_there_first(world, worker))
      return;
  refuse("laboratory.joins: no worker is present at the start; leave at least one out of `joins`");
}

void check_simulation(const job& which, const data::dataset& rows) {
  if (which.laboratory.dry)
    check_job(dried(which), dried(rows, which));
  else
    check_job(which, rows);
}

run_result simulate(const job& which, const data::dataset& rows, run_options options, laboratory_plan plan) {
  check_laboratory(which);
  plan.row_bytes = row_bytes_of(which, rows);
  laboratory_venue here{plan};
  options.where = &here;
  if (!which.laboratory.dry)
    return train(which, rows, options);
  plan.weights = count_weights(which);
  options.start = {};
  return train(dried(which), dried(rows, which), options);
}

} // namespace dk
