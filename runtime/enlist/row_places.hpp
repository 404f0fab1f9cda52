#pragma once

#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/node_processes.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dk {

/// Lets the rows of workers on nodes be where they are trained.
class row_places {
public:
  /// @param tell hears what a person should know
  row_places(caf::scoped_actor& self, const node_processes& processes, std::function<void(const std::string&)> tell)
      : self_(self), processes_(processes), tell_(std::move(tell)) {}

  /// For each worker where its rows are, when its node has them. Workers with the same rows share one sealed file; it
  /// is sent to nodes that do not have it yet. Without a path: they stay with the driver, since the job says so or the
  /// node has no room for them, which is told. @throws failure (connect, nodes, data, resources)
  std::vector<rows_there> of(const std::vector<worker_part>& parts,
                             const std::vector<node_processes::process>& processes) const;

private:
  void bring(const std::vector<worker_part>& parts, const std::vector<node_processes::process>& processes,
             const std::vector<std::size_t>& workers, std::vector<rows_there>& places) const;

  caf::scoped_actor& self_;
  const node_processes& processes_;
  std::function<void(const std::string&)> tell_;
};

} // namespace dk
