#pragma once

#include "runtime/enlist/cluster.hpp"
#include "runtime/enlist/node_processes.hpp"
#include "runtime/enlist/row_delivery.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dk {

/// Lets the rows of workers and of the validator be on the nodes where these are.
class row_places {
public:
  /// @param tell hears what a person should know
  row_places(caf::scoped_actor& self, const node_processes& processes, std::function<void(const std::string&)> tell)
      : self_(self), processes_(processes), tell_(std::move(tell)) {}

  /// For each worker where its rows are, when its node or others have them. Workers with the same rows share a sealed
  /// file; it is sent to nodes that do not have it yet. Where it is larger than a node's cache, its rows are sealed in
  /// parts, and each node gets as many of them as it has room for, also one without workers; the driver hands out those
  /// that no node has, which is told. Without parts: the rows stay with the driver, since the job says so or no node
  /// has room for any, which is told. @param keepers gets who hands out parts in the driver's process; they are to be
  /// ended with the run
  /// @throws failure (connect, nodes, data, resources)
  std::vector<rows_there> of(const std::vector<worker_part>& parts,
                             const std::vector<node_processes::process>& processes,
                             std::vector<row_keeper_actor>& keepers) const;

  /// The same for the held-out rows, on the node of this process. They are always sent, in one file.
  rows_there of(const validator_part& part, const node_processes::process& beside) const;

private:
  struct host {
    std::size_t node = 0;
    row_place place; ///< without a process: no worker of the crew is there
    endpoint at;
    rows_room room;
    std::vector<std::string> paths; ///< by file; empty: it is not there
  };

  /// Workers with the same rows, and their nodes.
  struct crew {
    std::vector<std::size_t> workers;
    std::vector<std::size_t> host_of; ///< by place in `workers`
    std::vector<host> hosts;
  };

  crew crew_of(const std::vector<node_processes::process>& processes, const std::vector<std::size_t>& workers) const;
  void add_others(crew& all) const;
  void ask_for_room(crew& all, const std::vector<sealed_range>& files) const;
  std::vector<sealed_range> seal_for(const worker_part& part, crew& all) const;
  std::vector<sealed_range> seal_parts(const worker_part& part, const crew& all, const data::sealed_size& size) const;
  void bring(const worker_part& part, crew& all, const std::vector<sealed_range>& files) const;
  void tell_of(const host& one, const std::vector<sealed_range>& files, const delivery& got, std::uint64_t all,
               bool any) const;
  void place(const std::vector<worker_part>& parts, const crew& all, const std::vector<sealed_range>& files,
             std::vector<row_keeper_actor>& keepers, std::vector<rows_there>& places) const;
  rows_there place_for(const worker_part& part, const crew& all, std::size_t worker,
                       const std::vector<sealed_range>& files, const row_keeper_actor& driver) const;

  caf::scoped_actor& self_;
  const node_processes& processes_;
  std::function<void(const std::string&)> tell_;
};

/// Of all these files.
std::uint64_t bytes_of(const std::vector<sealed_range>& files);

/// Of a row whose columns have no books.
std::uint64_t row_bytes_of(const data::dataset& rows);

/// What a person can do where there is no room.
constexpr auto larger_cache = "start dk_node with a larger --cache-size";

} // namespace dk
