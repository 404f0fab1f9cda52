#pragma once

#include "actors/ledger/ledger.hpp"
#include "runtime/enlist/cluster.hpp"
#include "runtime/run/run_context.hpp"

#include <memory>
#include <vector>

namespace dk {

/// The chunks that one ledger gives out.
struct track {
  chunk_grid grid;
  chunk_set resumed; ///< of them, those that earlier sessions of the run have trained
};

/// Who holds the weights that a run trains, and what follows from that: the shards of a center that all workers share
/// (shared_center), or each worker, for a model of its own (lone_models).
class weight_holder {
public:
  explicit weight_holder(const run_context& run) : run_(run) {}
  virtual ~weight_holder() = default;
  weight_holder(const weight_holder&) = delete;
  weight_holder& operator=(const weight_holder&) = delete;

  /// One for each ledger.
  virtual std::vector<track> tracks() const = 0;

  /// How many workers take their chunks from one ledger.
  virtual std::size_t workers_of_ledger() const = 0;

  virtual std::size_t models() const = 0;

  /// All weights that a model of the run starts from. @param model below models()
  virtual block first_weights(std::size_t model) const = 0;

  /// What a model's frozen layers hold, which never changes.
  const block& frozen_of(std::size_t model) const { return frozen_.at(model); }

  /// Launches the shards, if there are any. @param recorder hears of every commit
  virtual void launch_shards(cluster& hosts, const caf::actor& recorder) = 0;

  /// Empty where nothing is shared.
  const std::vector<shard_link>& shards() const { return shards_; }

  /// What each worker trains. @param ledgers one for each track
  virtual std::vector<worker_part> parts(const std::vector<ledger_actor>& ledgers) const = 0;

  /// Lets a validator know who has the center, once the workers are there.
  virtual void introduce(const validator_face& validator, const cluster& workers) const = 0;

  /// The workers have it: its memory may go.
  virtual void forget_start() {}

  /// The result's weights, versions, updates and the balance of its rows. @param done rows, by the ledgers' count
  /// @param resumed rows, of earlier sessions
  virtual void collect(run_result& result, const cluster& workers, std::uint64_t done, std::uint64_t resumed) const = 0;

  /// How many workers a checkpoint asks for their states, at the end of their chunks.
  virtual std::size_t workers_to_hold() const = 0;

  /// Whether there is nothing to save without these.
  virtual bool needs_workers() const = 0;

  /// What a checkpoint has of the weights: before anybody works, and later. @param held the workers' states
  virtual std::vector<shard_state> first_states() const = 0;
  virtual std::vector<shard_state> states(const std::vector<replica_state>& held) const = 0;

protected:
  /// The free weights that the run starts from, of all models, one after the other.
  block start_weights() const;

  /// All that is known of a worker's terms before it is placed. @param model that it trains
  worker_terms terms_of(std::uint32_t worker, const ledger_actor& ledger, std::size_t model) const;

  /// A reader for rows that are stored; no actor where they are in memory.
  row_reader_actor reader_of(const job& which, const data::dataset& rows, data::sampling sampling) const;

  /// How nodes read the run's rows themselves; null where they do not.
  std::shared_ptr<const rows_recipe> recipe() const;

  void take_frozen();

  const run_context& run_;
  std::vector<shard_link> shards_;

private:
  std::vector<block> frozen_; // of each model
};

/// As the job's algorithm has it.
std::unique_ptr<weight_holder> make_weight_holder(const run_context& run);

} // namespace dk
