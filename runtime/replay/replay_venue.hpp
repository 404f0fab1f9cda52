#pragma once

#include "runtime/replay/plan.hpp"
#include "runtime/run/venue.hpp"

namespace dk {

/// A run that is done again as its log says: the log settles who gets which chunk, and in which order commits reach
/// each shard. The plan must outlive it.
class replay_venue final : public venue {
public:
  explicit replay_venue(const replay_plan& plan) : plan_(plan) {}

  std::unique_ptr<cluster> make_cluster(caf::scoped_actor& self, const job& which,
                                        std::function<void(const std::string&)> tell) override;
  ledger_actor spawn_ledger(caf::actor_system& system, const job& which, ledger_setup setup) override;
  bool keeps_checkpoints() const override { return false; }
  bool advises() const override { return false; }
  run_statistics earlier() const override { return plan_.earlier; }

private:
  server_actor spawn_server(caf::actor_system& system, const server_setup& setup) const;

  const replay_plan& plan_;
};

} // namespace dk
