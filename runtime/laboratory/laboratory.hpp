#pragma once

#include "actors/server/parameter_server.hpp"
#include "runtime/enlist/cluster.hpp"
#include "runtime/run/trainer.hpp"

#include <functional>
#include <memory>

namespace dk {

/// What a training does otherwise in the laboratory.
struct laboratory_plan {
  std::uint64_t weights = 0; ///< that messages are as large as; 0: those of the job's model
  double row_bytes = 0;      ///< of a row on its way to a host; 0: the hosts have the rows
  server_spawner serve;      ///< spawns a shard; empty: a parameter_server
};

/// Workers that are simulated, as the job's [laboratory] says. Job and plan must outlive it.
std::unique_ptr<cluster> make_cluster_in_laboratory(caf::actor_system& system, const job& which,
                                                    const laboratory_plan& plan);

/// Checks that a job can be run in the laboratory. @throws failure (config)
void check_laboratory(const job& which);

/// As check_job, for a job in the laboratory. @throws failure (shape, data, config, resources)
void check_simulation(const job& which, const data::dataset& rows);

/// Runs a job as its [laboratory] says: the actors of any run, in this thread and in virtual time. Every second of the
/// result and of the files is virtual. The same job and rows give the same result and the same files.
/// Of a dry run only the number of the rows counts, and that only where the config gives none; and the center that it
/// ends with means nothing.
/// @throws failure as train does, and (config) as check_laboratory does
run_result simulate(const job& which, const data::dataset& rows, run_options options = {}, laboratory_plan plan = {});

} // namespace dk
