#pragma once

#include "actors/ledger/ledger.hpp"
#include "actors/server/parameter_server.hpp"
#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/system.hpp"
#include "runtime/record/statistics.hpp"

#include <caf/fwd.hpp>
#include <functional>
#include <memory>
#include <string>

namespace dk {

/// Where a run takes place, and what follows from that: who hosts its workers and shards, how its actors are spawned,
/// how time passes. The training knows this face alone. As it stands: on this host, or on the nodes of the job. The
/// laboratory and a replay are others.
class venue {
public:
  venue() = default;
  virtual ~venue() = default;
  venue(const venue&) = delete;
  venue& operator=(const venue&) = delete;

  /// Of the run's actor system.
  virtual system_options system(const job& which) const;

  /// The run's actor system has begun, and ends.
  virtual void enter(caf::actor_system&) {}
  virtual void leave() {}

  /// Hosts for workers and shards. @param tell hears what a person should know. @throws failure (connect, version)
  virtual std::unique_ptr<cluster> make_cluster(caf::scoped_actor& self, const job& which,
                                                std::function<void(const std::string&)> tell);

  /// Who gives out the chunks; `setup` but for `slots` and `request_timeout`.
  virtual ledger_actor spawn_ledger(caf::actor_system& system, const job& which, ledger_setup setup);

  /// Lets time pass until there are news for the run's main actor, or it is time to look around.
  /// @return how long to wait for news then
  virtual std::chrono::milliseconds wait_for_news(const caf::scoped_actor& self);

  /// Lets an answer to the main actor come that takes no time. @throws failure (internal) where none does
  virtual void settle(const caf::scoped_actor&) {}

  /// Whether the main actor looks around after each of the news, so that nothing else happens meanwhile.
  virtual bool goes_step_by_step() const { return false; }

  /// Whether checkpoints are written at all, and while the run goes on.
  virtual bool keeps_checkpoints() const { return true; }
  virtual bool can_be_resumed() const { return true; }

  /// Whether workers can be asked to hold still and tell their state.
  virtual bool holds_workers() const { return true; }

  /// Whether its seconds are those of a clock on the wall.
  virtual bool is_in_real_time() const { return true; }

  /// Whether a person is told what may go wrong with the job.
  virtual bool advises() const { return true; }

  /// What earlier sessions of the run count to.
  virtual run_statistics earlier() const { return {}; }

  /// That were handled; 0 where nobody counts them.
  virtual std::uint64_t messages() const { return 0; }
};

} // namespace dk
