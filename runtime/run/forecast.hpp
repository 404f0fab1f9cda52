#pragma once

#include "runtime/config/job.hpp"
#include "runtime/enlist/host_facts.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace dk {

/// How fast a run on nodes can be, by what its network carries and what its cores train. Rows per second, all workers
/// together.
struct forecast {
  double chunk_rows = 0;   ///< of an exchange
  double commit_bytes = 0; ///< of an exchange, from its worker
  double center_bytes = 0; ///< likewise, to its worker
  double batch_bytes = 0;  ///< of the rows that the driver sends with it; 0 where the rows are on the nodes
  double away = 0;         ///< which part of commit and center passes over the network: no shard of it is on that host
  double network = std::numeric_limits<double>::infinity(); ///< what the network carries; infinite: nothing passes
  double cores = 0;                                         ///< what the cores train
  double answers = 0;  ///< at most, since each chunk waits for answers that take a round trip each
  double expected = 0; ///< with overlap the least of these; else they take their times one after the other
  std::string slowest; ///< the host whose network card is the limit; empty: the driver's
};

/// @param weights of the model, those that are trained @param row_bytes of a row with its label, as float32
forecast forecast_of(const job& which, std::size_t weights, std::size_t row_bytes,
                     const std::vector<host_facts>& hosts);

/// What a person should know of it, in some lines: what was measured, which of network and cores is the limit, and what
/// would lift it. Empty without hosts.
std::string forecast_text(const job& which, std::size_t weights, std::size_t row_bytes,
                          const std::vector<host_facts>& hosts);

/// The same of a job that is not run: greets its nodes and measures them. @throws failure (connect, version, nodes)
std::string measured_forecast(const job& which, std::size_t weights, std::size_t row_bytes, std::size_t label_width);

/// Greets the nodes of a job, before its data are read: that may take long. @throws failure (connect, version)
void check_nodes(const job& which);

} // namespace dk
