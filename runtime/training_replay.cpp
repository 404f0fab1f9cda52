// What a training does otherwise when it replays a run: who stands before the shards, and who gives out the chunks.
#include "runtime/replay/schedule.hpp"
#include "runtime/replay/sequencer.hpp"
#include "runtime/training.hpp"

#include <caf/all.hpp>

namespace dk {

// Makes the commits of a log reach their shard in the order of the log.
server_actor training::spawn_sequencer(std::uint32_t shard, const server_actor& server, const center& start) {
  const auto& plan = *options_.replay;
  sequencer_setup setup;
  setup.shard = shard;
  setup.server = server;
  setup.start = start;
  if (const auto script = plan.shards.find(shard); script != plan.shards.end())
    setup.script = script->second;
  setup.origin = plan.origin;
  setup.same_rule = plan.same_rule;
  setup.rounds = plan.rounds;
  if (!plan.kept.empty())
    setup.kept = plan.kept.at(shard);
  setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
  return system_.spawn(sequencer, std::move(setup));
}

void training::spawn_schedule() {
  const auto& plan = *options_.replay;
  schedule_setup setup;
  setup.chunks = plan.workers;
  setup.workers = static_cast<std::uint32_t>(job_.trainer.workers);
  setup.rows = plan.rows;
  setup.whole = plan.chunks == grid_.chunks();
  if (plan.rounds)
    for (const auto& link : shards_)
      setup.servers.push_back(link.server);
  setup.watchers = {caf::actor_cast<caf::actor>(recorder_)};
  auto& ledger = tracks_.front().ledger;
  ledger = system_.spawn(schedule, std::move(setup));
  self_->monitor(ledger);
}

} // namespace dk
