#pragma once

#include "runtime/run/lone_model.hpp"
#include "runtime/run/weight_holder.hpp"

namespace dk {

/// A model for each worker, which trains it alone: `single` has one, an ensemble several. Each has a ledger.
class lone_models final : public weight_holder {
public:
  explicit lone_models(const run_context& run);

  std::vector<track> tracks() const override;
  std::size_t workers_of_ledger() const override { return 1; }
  std::size_t models() const override { return models_.size(); }
  block first_weights(std::size_t model) const override;
  void launch_shards(cluster&, const caf::actor&) override {}
  std::vector<worker_part> parts(const std::vector<ledger_actor>& ledgers) const override;
  void introduce(const validator_face& validator, const cluster& workers) const override;
  void collect(run_result& result, const cluster& workers, std::uint64_t done, std::uint64_t resumed) const override;
  std::size_t workers_to_hold() const override { return models(); }
  bool needs_workers() const override { return true; }
  std::vector<shard_state> first_states() const override;
  std::vector<shard_state> states(const std::vector<replica_state>& held) const override;

private:
  block start_of(std::size_t model) const;

  std::vector<lone_model> models_;
  block start_; // the free weights of all, one after the other
};

} // namespace dk
