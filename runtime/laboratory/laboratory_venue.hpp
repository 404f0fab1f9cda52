#pragma once

#include "runtime/laboratory/laboratory.hpp"
#include "runtime/laboratory/timeline.hpp"
#include "runtime/run/venue.hpp"

#include <optional>

namespace dk {

/// The laboratory: one thread, and time that passes only while the run's main actor waits for it. The job and the plan
/// must outlive it.
class laboratory_venue final : public venue {
public:
  explicit laboratory_venue(const laboratory_plan& plan) : plan_(plan) {}

  system_options system(const job& which) const override;
  void enter(caf::actor_system& system) override { timeline_.emplace(system); }
  void leave() override { timeline_->end(); }
  std::unique_ptr<cluster> make_cluster(caf::scoped_actor& self, const job& which,
                                        std::function<void(const std::string&)> tell) override;
  ledger_actor spawn_ledger(caf::actor_system& system, const job& which, ledger_setup setup) override;
  std::chrono::milliseconds wait_for_news(const caf::scoped_actor& self) override;
  void settle(const caf::scoped_actor& self) override;
  bool goes_step_by_step() const override { return true; }
  bool can_be_resumed() const override { return false; } // a run is done again sooner
  bool is_in_real_time() const override { return false; }
  bool holds_workers() const override { return false; } // one may have been killed
  std::uint64_t messages() const override { return timeline_->messages(); }

private:
  const laboratory_plan& plan_;
  std::optional<timeline> timeline_;
};

} // namespace dk
