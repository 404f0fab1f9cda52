#pragma once

#include "runtime/enlist/host_facts.hpp"
#include "runtime/enlist/messages.hpp"
#include "runtime/enlist/node_processes.hpp"

#include <vector>

namespace dk {

/// Trains the model on batches of random numbers, for about a fifth of a second, or for one batch.
/// @throws failure (config, shape)
speed_facts train_a_moment(const speed_probe& probe);

/// Measures each node, by a process that it starts for this and ends again: the links one after the other, for they
/// share the driver's, and all cores at the same time. A node without a free place has no numbers.
/// @throws failure (connect, nodes)
std::vector<host_facts> measure_hosts(caf::scoped_actor& self, node_processes& processes, const job& which,
                                      std::size_t label_width);

} // namespace dk
