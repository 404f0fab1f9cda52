#include "runtime/enlist/host_speed.hpp"

#include "common/parallel.hpp"
#include "common/random.hpp"
#include "nn/model/compute_scope.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

using clock = std::chrono::steady_clock;

double since(clock::time_point then) {
  return std::chrono::duration<double>(clock::now() - then).count();
}

// How long so many bytes take to a process and back.
double there_and_back(caf::scoped_actor& self, const node_processes& nodes, const node_processes::process& to,
                      std::size_t bytes) {
  link_probe probe{std::vector<char>(bytes)};
  const auto begun = clock::now();
  self->request(to.recruit, nodes.timeout(), std::move(probe))
      .receive([](const link_probe&) {}, [&](const caf::error& why) { throw nodes.refusal(to, why); });
  return since(begun);
}

// Bytes that take a while: of less the first may find an idle network, which buffers them.
void measure_link(caf::scoped_actor& self, const node_processes& nodes, const node_processes::process& to,
                  host_facts& of) {
  constexpr double a_while = 0.2; // seconds
  constexpr std::size_t most = std::size_t{4} << 20U;
  of.round_trip = there_and_back(self, nodes, to, 1); // opens the way
  for (int i = 0; i < 3; ++i)
    of.round_trip = std::min(of.round_trip, there_and_back(self, nodes, to, 1));
  auto bytes = std::size_t{64} << 10U;
  auto taken = there_and_back(self, nodes, to, bytes);
  while (taken < a_while && bytes < most) {
    bytes *= 8;
    taken = there_and_back(self, nodes, to, bytes);
  }
  for (int i = 0; i < 2 && taken < a_while; ++i) // what else happens on a busy host makes it slower, never faster
    taken = std::min(taken, there_and_back(self, nodes, to, bytes));
  of.bytes_per_second = 2 * static_cast<double>(bytes) / std::max(taken - of.round_trip, 1e-6);
}

} // namespace

speed_facts train_a_moment(const speed_probe& probe) {
  constexpr double long_enough = 0.2;
  const auto which = parse_job(probe.job, "the driver's config", "/");
  const nn::compute_scope computing;
  auto model = make_model(which, probe.label_width);
  model.initialize(which.seed);
  const auto optimizer = nn::make_optimizer(own_optimizer_of(which), model.num_weights());
  const auto rows = which.trainer.batch_size;
  std::vector<float> features(rows * model.input_size());
  random_stream random{which.seed};
  for (auto& number : features)
    number = static_cast<float>(random.uniform());
  const std::vector<float> labels(rows * model.label_width());
  const auto step = [&] { model.train_on_batch({features.data(), labels.data(), rows}, *optimizer); };
  step(); // touches all memory
  std::size_t steps = 0;
  const auto begun = clock::now();
  do {
    step();
    ++steps;
  } while (since(begun) < long_enough);
  return {static_cast<std::uint32_t>(cores()), static_cast<double>(steps * rows) / since(begun)};
}

std::vector<host_facts> measure_hosts(caf::scoped_actor& self, node_processes& processes, const job& which,
                                      std::size_t label_width) {
  auto hosts = processes.plan(which);
  const auto probed = processes.start_one_each();
  if (probed.empty())
    throw failure{errc::nodes, "no node has a place free for a worker; wait for the runs that they work for, or start "
                               "dk_node with a higher --workers"};
  for (const auto& one : probed)
    measure_link(self, processes, one, hosts[one.node]);
  using answer = decltype(self->request(probed.front().recruit, caf::infinite, speed_probe{}));
  std::vector<answer> asked;
  for (const auto& one : probed)
    asked.push_back(self->request(one.recruit, processes.timeout(),
                                  speed_probe{to_toml(which), static_cast<std::uint32_t>(label_width)}));
  for (std::size_t i = 0; i < asked.size(); ++i)
    asked[i].receive(
        [&](const speed_facts& facts) {
          hosts[probed[i].node].cores = facts.cores;
          hosts[probed[i].node].rows_per_second = facts.rows_per_second;
        },
        [&](const caf::error& why) { throw processes.refusal(probed[i], why); });
  processes.dismiss(probed);
  hosts.erase(std::remove_if(hosts.begin(), hosts.end(), [](const host_facts& one) { return one.cores == 0; }),
              hosts.end());
  return hosts;
}

} // namespace dk
