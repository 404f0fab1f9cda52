#include "runtime/replay/replay_venue.hpp"

#include "runtime/replay/replay_ledger.hpp"
#include "runtime/replay/sequencer.hpp"

#include <caf/all.hpp>

namespace dk {

// Before the shard stands who makes the commits of the log reach it in the order of the log.
server_actor replay_venue::spawn_server(caf::actor_system& system, const server_setup& setup) const {
  sequencer_setup before;
  before.shard = setup.shard;
  before.server = spawn_parameter_server(system, setup);
  before.start = setup.start;
  if (const auto script = plan_.shards.find(setup.shard); script != plan_.shards.end())
    before.script = script->second;
  before.origin = plan_.origin;
  before.same_rule = plan_.same_rule;
  before.rounds = plan_.rounds;
  if (!plan_.kept.empty())
    before.kept = plan_.kept.at(setup.shard);
  before.watchers = setup.watchers;
  return system.spawn(sequencer, std::move(before));
}

std::unique_ptr<cluster> replay_venue::make_cluster(caf::scoped_actor& self, const job&,
                                                    std::function<void(const std::string&)>) {
  return make_cluster_here(self->home_system(), [this](caf::actor_system& system, const server_setup& setup) {
    return spawn_server(system, setup);
  });
}

ledger_actor replay_venue::spawn_ledger(caf::actor_system& system, const job&, ledger_setup setup) {
  replay_ledger_setup instead;
  instead.chunks = plan_.workers;
  instead.workers = setup.workers;
  instead.rows = plan_.rows;
  instead.whole = plan_.chunks == setup.grid.chunks();
  if (plan_.rounds)
    instead.servers = setup.servers;
  instead.watchers = setup.watchers;
  return system.spawn(replay_ledger, std::move(instead));
}

} // namespace dk
