#pragma once

#include "common/endpoint.hpp"
#include "runtime/config/job.hpp"
#include "runtime/enlist/host_facts.hpp"
#include "runtime/enlist/messages.hpp"

#include <caf/fwd.hpp>
#include <caf/scoped_actor.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dk {

/// Worker processes on nodes, as the driver that has them started sees them.
class node_processes {
public:
  /// One of them: on which node, and what it is there.
  struct process {
    std::size_t node = 0;
    std::int32_t pid = 0;
    std::uint16_t port = 0; ///< where it listens
    recruit_actor recruit;
  };

  /// Greets the nodes of the config, and those that joined them. `self` is who the nodes report to, `tell` hears what a
  /// person should know. @throws failure (connect, version)
  node_processes(caf::scoped_actor& self, const cluster_config& config, std::function<void(const std::string&)> tell);

  /// Starts so many workers, on all nodes as evenly as they have room. @param model bytes that it takes in each
  /// @throws failure (nodes, connect, resources)
  std::vector<process> start(std::size_t count, std::uint64_t model);

  /// Starts so many for shards, on these nodes in turn; without any, on all. @throws failure, likewise
  std::vector<process> start_servers(std::size_t count, const std::vector<endpoint>& on, std::uint64_t model);

  /// Starts one on the node of another. @throws failure, likewise
  process start_beside(const process& other, role what, std::uint64_t model);

  /// Starts a worker on each node that has a place free. @throws failure (connect)
  std::vector<process> start_one_each();

  /// The nodes, with the workers and shards that a job will have on each. @throws failure (nodes, config)
  std::vector<host_facts> plan(const job& which) const;

  /// The node that has started it.
  const node_actor& node_of(const process& which) const { return nodes_[which.node].handle; }

  /// Where that node is.
  const endpoint& address_of_node(const process& which) const { return nodes_[which.node].where; }

  /// A node, and where it is.
  struct known_node {
    std::size_t node = 0; ///< as in process
    node_actor handle;
    endpoint where;
  };

  /// All nodes of the run that are not lost, also those where nothing was started.
  std::vector<known_node> known() const;

  /// Where another process reaches it.
  endpoint address(const process& which) const { return {nodes_[which.node].where.host, which.port}; }

  /// Starts as many as the nodes have room for. @throws failure (nodes) when that is none; (connect)
  std::vector<process> start_all();

  /// "host1:7077, pid 4711"
  std::string describe(const process& which) const;

  /// What it answers in place of what was asked for.
  failure refusal(const process& which, const caf::error& why) const;

  /// How it died: "was killed by signal 9 (Killed)"; empty when it ended in order. One that does not answer is ended.
  std::string cause_of_death(const process& which);

  /// Lets processes end, and waits for their nodes to say that they did: then others can take their places. One that
  /// takes longer than an answer may is killed.
  void dismiss(const std::vector<process>& all);

  /// Ends a process that makes no progress.
  void kill(const process& which);

  /// What nodes say to `self`.
  void hear(const process_exit& what) { exits_[{what.node, what.pid}] = what; }
  void hear(const caf::down_msg& what) { hear_node(what); }

  std::chrono::milliseconds timeout() const { return timeout_; }

private:
  struct node {
    endpoint where;
    node_actor handle;
    node_info about;
    bool lost = false;
  };

  bool await_exit(const process& which, std::chrono::milliseconds deadline);
  bool hear_node(const caf::down_msg& what);
  void greet(const endpoint& where);
  void greet_members_of(std::size_t n);
  std::vector<std::uint32_t> share_out(std::size_t wanted) const;
  std::vector<std::vector<process>> start(role what, const std::vector<std::uint32_t>& shares, std::uint64_t model);
  std::size_t node_at(const endpoint& where) const;
  std::vector<std::size_t> nodes_of_servers(std::size_t count, const std::vector<endpoint>& on) const;
  void require_one_network() const;

  caf::scoped_actor& self_;
  std::function<void(const std::string&)> tell_;
  std::chrono::milliseconds timeout_;
  std::vector<node> nodes_;
  std::map<std::pair<std::size_t, std::int32_t>, process_exit> exits_;
};

} // namespace dk
