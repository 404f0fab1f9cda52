#include "tests/runtime/laboratory/chaos.hpp"

#include "runtime/config/job_rules.hpp"
#include "runtime/laboratory/laboratory.hpp"
#include "runtime/run/preflight.hpp"
#include "tests/runtime/laboratory/audit.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

namespace dk::test {

namespace {

// Whether its server keeps the centers of the past, and so knows a wrong base by itself.
bool needs_base(const algorithm& one) {
  return one.server(one.defaults, {"sgd", {}}).needs_base;
}

bool is_asynchronous(const algorithm& one) {
  return one.has_server() && barrier_of(one) == barrier::none;
}

std::vector<std::string> without_bases() {
  return algorithms_that([](const algorithm& one) { return is_asynchronous(one) && !needs_base(one); });
}

std::vector<std::string> with_bases() {
  return algorithms_that([](const algorithm& one) { return is_asynchronous(one) && needs_base(one); });
}

template <class T>
T one_of(const std::vector<T>& all, random_stream& random) {
  return all[random.below(all.size())];
}

bool happens(random_stream& random, double part) {
  return random.uniform() < part;
}

void draw_world(random_stream& random, laboratory_config& world) {
  world.seed = random();
  world.computing = one_of<std::string>({"constant", "normal", "log_normal"}, random);
  world.deviation = random.uniform(0, 1);
  world.stragglers = happens(random, 0.3) ? 0.3 : 0;
  world.latency = happens(random, 0.7) ? random.uniform(0, 0.02) : 0;
  world.bandwidth = happens(random, 0.3) ? random.uniform(1e3, 1e5) : 0;
  world.service_time = happens(random, 0.3) ? random.uniform(0, 0.01) : 0;
  world.doubling = happens(random, 0.7) ? random.uniform(0, 0.5) : 0;
  world.resend = 0.05;
  world.drop_rate = happens(random, 0.7) ? random.uniform(0, 0.3) : 0;
  if (happens(random, 0.2)) { // what is lost stays lost, and so does its worker, until it is started again
    world.drop_rate = random.uniform(0, 0.02);
    world.resend = 0;
  }
  world.kill_rate = happens(random, 0.7) ? random.uniform(0, 5) : 0;
  world.join_rate = random.uniform(5, 50);
  if (!happens(random, 0.4))
    return;
  world.hosts = 1 + random.below(5);
  world.servers = one_of<std::string>({"hosts", "driver"}, random);
  if (happens(random, 0.5))
    world.row_bytes = random.uniform(0, 10);
}

job draw_job(random_stream& random, bool plain) {
  const bool rounds = !plain && happens(random, 0.2);
  const bool bases = !plain && !rounds && happens(random, 0.15);
  const auto algorithms = rounds ? algorithms_in_rounds() : bases ? with_bases() : without_bases();
  auto made = small_job(one_of(algorithms, random), 1 + random.below(7));
  made.model.layers.insert(made.model.layers.begin(), {"dense", {{"units", 3}}});
  auto& trainer = made.trainer;
  trainer.servers = 1 + random.below(4);
  trainer.batch_size = 1 + random.below(8);
  trainer.communication_window = 1 + random.below(4);
  trainer.epochs = 1 + random.below(3);
  trainer.assignment = happens(random, 0.3) ? "static" : "dynamic";
  trainer.optimizer = {"sgd", {{"learning_rate", 0.01}}};
  trainer.policy = rounds || plain ? "accept" : one_of(policy_names(), random);
  trainer.max_staleness = random.below(4);
  trainer.overlap = !rounds && !plain && trainer.policy != "wait" && happens(random, 0.2);
  if (!plain && happens(random, 0.3))
    trainer.compress = one_of<compression>(
        {{number_form::fp16}, {number_form::bf16}, {number_form::int8}, {number_form::top_k, 0.2}}, random);
  made.seed = random();
  made.cluster.request_timeout = 2;
  draw_world(random, made.laboratory);
  return made;
}

void note(chaos_result& to, const run_result& from) {
  to.workers_lost += from.numbers.workers_lost;
  to.duplicates += from.rows.duplicates;
  to.fenced += from.rows.fenced;
  to.redone += from.rows.redone;
  if (to.finding.empty() && !from.rows.balanced())
    to.finding = to_string(from.rows);
}

std::string describe(const job& which, std::size_t rows) {
  const auto& trainer = which.trainer;
  return trainer.algorithm.name() + ", " + trainer.policy + " " + std::to_string(trainer.max_staleness) + ", " +
         std::to_string(trainer.workers) + " workers, " + std::to_string(trainer.servers) + " servers, " +
         std::to_string(trainer.epochs) + " epochs of " + std::to_string(rows) + " rows";
}

} // namespace

chaos_result run_chaos(std::uint64_t seed, defect planted) {
  random_stream random{seed};
  auto which = draw_job(random, planted != defect::none);
  const auto count = which.trainer.workers + 20 + random.below(150);
  const auto rows = plane(count, seed);
  const bool in_parts = planted == defect::bitmap_not_saved || happens(random, 0.3);
  const temporary_folder folder;
  run_options options;
  options.folder = make_run_folder(folder.path("run"), "chaos");
  laboratory_plan plan;
  plan.serve = server_with(planted);
  chaos_result result;
  result.what = describe(which, count);
  try {
    std::optional<resume_state> state;
    if (in_parts) {
      auto first = which;
      first.trainer.stop = {{"rows", 1 + random.below(count * which.trainer.epochs)}};
      note(result, simulate(first, rows, options, plan));
      state = read_checkpoints(options.folder->checkpoints());
      options.resume = &*state;
    }
    note(result, simulate(which, rows, options, plan));
    const bool rounds = barrier_of(*which.trainer.algorithm) != barrier::none;
    if (result.finding.empty())
      result.finding = audit(options.folder->commits(), grid_of(which, count),
                             static_cast<std::uint32_t>(which.trainer.servers), rounds);
  } catch (const failure& why) {
    result.deserted = std::string{why.what()}.find("no worker is left") != std::string::npos;
    if (!result.deserted)
      result.finding = why.what();
  }
  return result;
}

} // namespace dk::test
