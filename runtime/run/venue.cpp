#include "runtime/run/venue.hpp"

#include "common/parallel.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

// No more threads than workers: an idle core would take a worker's messages away from the core whose caches are warm.
system_options venue::system(const job& which) const {
  system_options options;
  options.threads = which.cluster.nodes.empty() ? std::min(cores(), which.trainer.workers) : cores();
  options.network = !which.cluster.nodes.empty();
  options.heartbeat_seconds = which.cluster.heartbeat;
  options.connection_timeout_seconds = which.cluster.connection_timeout;
  return options;
}

std::unique_ptr<cluster> venue::make_cluster(caf::scoped_actor& self, const job& which,
                                             std::function<void(const std::string&)> tell) {
  return which.cluster.nodes.empty() ? make_cluster_here(self->home_system())
                                     : make_cluster_on_nodes(self, which.cluster, std::move(tell));
}

ledger_actor venue::spawn_ledger(caf::actor_system& system, const job& which, ledger_setup setup) {
  if (which.cluster.nodes.empty())
    setup.slots = static_cast<std::uint32_t>(cores());
  return system.spawn(ledger, std::move(setup));
}

std::chrono::milliseconds venue::wait_for_news(const caf::scoped_actor&) {
  return std::chrono::milliseconds{100};
}

} // namespace dk
