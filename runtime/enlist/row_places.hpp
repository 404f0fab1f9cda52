#pragma once

#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/node_processes.hpp"
#include "runtime/enlist/row_delivery.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// Lets the rows of workers and of the validator be on the nodes where these are.
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

  /// The same for the held-out rows, on the node of this process. They are always sent.
  rows_there of(const validator_part& part, const node_processes::process& beside) const;

private:
  struct shipment {
    const data::dataset& rows;
    std::string folder; ///< where they are sealed
    std::optional<rows_recipe> recipe = std::nullopt;
  };

  row_place place_on(const node_processes::process& which) const;
  void bring_to(const std::vector<std::size_t>& workers, const std::vector<worker_part>& parts,
                const std::vector<node_processes::process>& processes, std::vector<rows_there>& places) const;
  std::vector<std::string> bring(const shipment& rows, const std::vector<row_place>& nodes,
                                 const std::string& otherwise) const;

  caf::scoped_actor& self_;
  const node_processes& processes_;
  std::function<void(const std::string&)> tell_;
};

} // namespace dk
