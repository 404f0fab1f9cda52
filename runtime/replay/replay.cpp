#include "runtime/replay/replay.hpp"

#include "algorithms/catalog.hpp"
#include "common/buffer_pool.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/record/commit_format.hpp"
#include "runtime/replay/plan.hpp"
#include "runtime/replay/replay_venue.hpp"
#include "runtime/run/preflight.hpp"
#include "runtime/run/training.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dk {

namespace {

// The header says what the log is of; it must be this job on these rows.
void check_header(const job& recorded, const commit_log& log, const data::dataset& rows) {
  if (log.grid.rows != rows.rows)
    throw failure{errc::data, log.origin + ":1: the run had " + std::to_string(log.grid.rows) + " rows, " +
                                  rows.origin + " gives " + std::to_string(rows.rows) +
                                  " now; put the run's data back"};
  const auto due = commits_header(recorded, grid_of(recorded, rows.rows));
  for (const auto& [key, value] : due.items()) {
    if (key == "arithmetic") // another one gives other bits, if any; which the comparison of the centers tells
      continue;
    if (key == "epochs" && log.epochs == value) // the run may have begun with others
      continue;
    const bool is_younger = key == "policy" || key == "max_staleness"; // than the logs that do not have it
    if (is_younger && !log.header.contains(key))
      continue;
    if (!log.header.contains(key) || log.header.at(key) != value)
      fail_at(log.origin, 1, "\"" + key + "\" is not " + value.dump() + ", as in the run's config.resolved.toml");
  }
}

// A round has the commits of all workers, so its schedule is of no use where each commit counts for itself, nor the
// other way round; and rounds of a chunk are not rounds of an epoch.
void check_barriers(const algorithm& then, const algorithm& now) {
  if (barrier_of(then) != barrier_of(now))
    throw failure{errc::usage, then.name + " and " + now.name +
                                   " do not use the same kind of rounds, so neither can follow the schedule of the "
                                   "other"};
}

pull_habit habit_of(const job& which) {
  const auto& trainer = which.trainer;
  const auto adopts = trainer.algorithm->worker(trainer.algorithm.keys).adopts != adoption::never;
  return {adopts, !adopts || policy_of(which).kind == policy_kind::wait};
}

// Where a later session begins: the center of the session before, and the chunks that the log tells.
resume_state state_at(const restart& next, resume_state reached) {
  for (std::size_t i = 0; i < reached.shards.size(); ++i) {
    auto& folded = reached.shards[i].folded;
    folded = {};
    for (const auto number : next.shards[i].folded)
      folded.add(number);
  }
  reached.session = next.session - 1;
  if (!next.keeps_worker)
    reached.workers.clear();
  return reached;
}

} // namespace

void check_schedule(const job& which) {
  const auto& trainer = which.trainer;
  if (!has_center(which))
    throw failure{errc::usage, trainer.algorithm.name() + " makes no commits, so there is nothing to replay"};
  if (trainer.overlap)
    throw failure{errc::usage, "the run trained with overlap, which this dk cannot replay"};
}

void check_replay(const job& recorded, const commit_log& log, const job& under, const data::dataset& rows,
                  const block& start) {
  check_schedule(recorded);
  check_schedule(under);
  check_barriers(*recorded.trainer.algorithm, *under.trainer.algorithm);
  check_header(recorded, log, rows);
  if (recorded.trainer.policy != under.trainer.policy && is_bounded(policy_of(under).kind))
    throw failure{errc::usage, "the policy \"" + under.trainer.policy +
                                   "\" changes the schedule; no recorded schedule can be replayed under it"};
  check_job(under, rows);
  const auto weights = make_model(under, rows.label_width).num_all_weights();
  if (!start.empty() && start.size() != weights)
    throw failure{errc::checkpoint, "the run's first center is of " + std::to_string(start.size()) +
                                        " weights, its model of " + std::to_string(weights)};
}

run_result replay(const job& recorded, const commit_log& log, const job& under, const data::dataset& rows,
                  run_options options) {
  auto here = under;
  here.cluster.nodes.clear();
  check_replay(recorded, log, here, rows, options.start);
  const bool same_rule = is_same_section("trainer", here, recorded);
  here.trainer.epochs = log.grid.epochs;
  std::vector<replay_plan> plans; // all of them, so that what cannot be followed is reported before anything is trained
  for (std::size_t session = 0; session <= log.restarts.size(); ++session)
    plans.push_back(make_plan(log, habit_of(here), session));
  run_result result;
  resume_state reached;
  for (std::size_t session = 0; session < plans.size(); ++session) {
    auto& plan = plans[session];
    plan.same_rule = same_rule;
    plan.earlier = std::move(result.numbers);
    if (options.notice)
      for (const auto& doubt : plan.doubts)
        options.notice(doubt);
    replay_venue as_logged{plan};
    options.where = &as_logged;
    training again{here, rows, options};
    result = again.run();
    if (session + 1 == plans.size())
      break;
    reached = state_at(log.restarts[session], again.standing());
    options.resume = &reached;
  }
  trim_pool();
  return result;
}

center_difference compare(const block& a, const block& b) {
  if (a.size() != b.size())
    throw failure{errc::checkpoint,
                  "a center of " + std::to_string(a.size()) + " weights cannot be one of " + std::to_string(b.size())};
  center_difference found;
  if (a.empty() || std::memcmp(a.data(), b.data(), a.bytes()) == 0)
    return found;
  found.equal = false;
  double length = 0;
  double apart = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    found.largest = std::max(found.largest, std::abs(d));
    apart += d * d;
    length += static_cast<double>(a[i]) * static_cast<double>(a[i]);
  }
  found.relative = length > 0 ? std::sqrt(apart / length) : std::sqrt(apart);
  return found;
}

} // namespace dk
