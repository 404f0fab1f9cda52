#pragma once

#include "actors/worker/data_loader.hpp"
#include "runtime/enlist/enlist.hpp"
#include "runtime/enlist/host_facts.hpp"

#include <caf/fwd.hpp>
#include <caf/scoped_actor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dk {

/// What one worker trains.
struct worker_part {
  const job& which;
  data::dataset rows;
  data::sampling sampling = data::sampling::every_row;
  row_reader_actor reader;                             ///< of stored rows
  worker_terms terms;                                  ///< all but its loader, which is spawned with the worker
  std::shared_ptr<const rows_recipe> recipe = nullptr; ///< of the run's rows, when nodes read them themselves
};

/// What a validator measures on.
struct validator_part {
  static constexpr std::uint64_t order = 0; ///< seed of its loader, which does not shuffle

  const job& which;
  const data::dataset& rows; ///< held out
  validator_terms terms;     ///< all but its loader, which is spawned with the validator
  std::uint64_t weights = 0; ///< of the model
};

/// A validator of this process, and the loader of its rows.
struct validator_here {
  validator_actor validator;
  loader_actor loader;
};

/// How a validator of this process runs.
enum class validator_thread {
  own,   ///< the scheduler's threads are the workers'
  shared ///< no actor of another process may know one with a thread of its own: CAF 0.17 may keep a reference to an
         ///< actor that a remote one knew, and waits for ever for a detached actor's last reference
};

validator_here spawn_validator(caf::actor_system& system, const validator_part& part, validator_thread how);

/// Ends both.
void end(const validator_here& both);

/// The loader of a worker: beside the data, wherever the worker is.
loader_actor spawn_loader(caf::actor_system& system, const worker_part& part);

/// Spawns a shard in this process.
using server_spawner = std::function<server_actor(caf::actor_system&, const server_setup&)>;

server_actor spawn_parameter_server(caf::actor_system& system, const server_setup& setup);

/// The links of shards in this process, as workers reach them.
std::vector<shard_link> spawn_servers(caf::actor_system& system, const job& which, const std::vector<server_terms>& all,
                                      const server_spawner& spawn);

/// Where a run's workers, the shards of its center and its validator are: here, as actors of this process, or there,
/// each in a process of its own on a node. The trainer sees one face.
class cluster {
public:
  virtual ~cluster() = default;

  /// What each node has and can do for a job; nothing where there are none. It takes a moment for each.
  /// @throws failure (connect, nodes)
  virtual std::vector<host_facts> measure(const job& which, std::size_t label_width);

  /// Starts a shard for each of the terms. @throws failure (connect, version, nodes, config, ...)
  virtual std::vector<shard_link> launch_servers(const job& which, const std::vector<server_terms>& all) = 0;

  /// Starts the validator: on a node of the shards, if they are on nodes and that one has room for the held-out rows.
  /// Requires that they were launched. @throws failure (connect, version, nodes, config, ...)
  virtual validator_face launch_validator(const validator_part& part) = 0;

  /// Starts a worker for each part and lets its ledger watch over it. @throws failure (connect, version, nodes, ...)
  virtual void launch(const std::vector<worker_part>& parts) = 0;

  /// The actor of this worker. Requires that launch has started it.
  virtual worker_actor worker_of(std::uint32_t worker) const = 0;

  /// How a person finds this worker: "worker 3", "worker 3 (host1:7077, pid 4711)".
  virtual std::string describe(std::uint32_t worker) const = 0;

  /// How a person finds this shard, and what is known of its death: "parameter server 1 (host1:7077, pid 4711) was
  /// killed by signal 9". Empty where shards are in this process.
  virtual std::string end_of_server(std::uint32_t shard) = 0;

  /// The same of the validator.
  virtual std::string end_of_validator() = 0;

  /// What is known of a worker's death, better than what the ledger saw: "was killed by signal 9". Empty: nothing.
  virtual std::string cause_of_death(std::uint32_t worker) = 0;

  /// This worker makes no progress: ends it where that can be done without ending others.
  virtual void put_down(std::uint32_t worker) = 0;

  /// Hears what nodes say to the run's main actor.
  virtual void hear(const process_exit& what) = 0;
  virtual void hear(const caf::down_msg& what) = 0;

  /// Ends all that launch started.
  virtual void close() = 0;
};

/// Workers in this process. @param spawn makes its shards
std::unique_ptr<cluster> make_cluster_here(caf::actor_system& system, server_spawner spawn = spawn_parameter_server);

/// Workers on nodes, and the shards where cluster.servers says; `self` is who the nodes report to, `tell` hears what a
/// person should know.
/// @throws failure (connect, version)
std::unique_ptr<cluster> make_cluster_on_nodes(caf::scoped_actor& self, const cluster_config& config,
                                               std::function<void(const std::string&)> tell);

} // namespace dk
