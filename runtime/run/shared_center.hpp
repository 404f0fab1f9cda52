#pragma once

#include "runtime/run/weight_holder.hpp"

#include <string>

namespace dk {

/// One model, whose weights the parameter-server shards hold; all workers share a ledger.
class shared_center final : public weight_holder {
public:
  explicit shared_center(const run_context& run);

  std::vector<track> tracks() const override;
  std::size_t workers_of_ledger() const override { return run_.which.trainer.workers; }
  std::size_t models() const override { return 1; }
  block first_weights(std::size_t model) const override;
  void launch_shards(cluster& hosts, const caf::actor& recorder) override;
  std::vector<worker_part> parts(const std::vector<ledger_actor>& ledgers) const override;
  void introduce(const validator_face&, const cluster&) const override {}
  void forget_start() override;
  void collect(run_result& result, const cluster& workers, std::uint64_t done, std::uint64_t resumed) const override;
  std::size_t workers_to_hold() const override;
  bool needs_workers() const override { return false; }
  std::vector<shard_state> first_states() const override;
  std::vector<shard_state> states(const std::vector<replica_state>& held) const override;

private:
  // Says which shard it is that does not answer.
  template <class Answer, class Question>
  Answer ask_shard(std::size_t shard, Question question) const {
    try {
      return run_.ask<Answer>(shards_[shard].server, question);
    } catch (const failure& why) {
      if (why.code() != errc::connect)
        throw;
      throw failure{errc::connect, "parameter server " + std::to_string(shard) + " does not answer: " + why.what()};
    }
  }

  chunk_grid grid_;
  block start_; // the free weights
};

} // namespace dk
