#pragma once

#include "common/port_range.hpp"
#include "runtime/enlist/node_messages.hpp"
#include "runtime/node/row_cache.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dk {

struct node_setup {
  std::string program;       ///< the worker program, dk_worker
  std::string address;       ///< where its processes listen
  port_range ports;          ///< on which ports
  std::uint32_t workers = 1; ///< processes at most
  row_cache cache;           ///< of the rows that drivers send
};

struct node_state {
  static inline const char* name = "node";

  std::optional<node_setup> setup;
  row_keeper_actor keeper; // of the cache
  struct child {
    caf::actor driver; // that it works for
    std::uint32_t tag; // what the driver calls this node
    role what;
  };

  std::map<std::int32_t, child> children;                          // by pid
  std::multimap<caf::actor_addr, std::shared_ptr<file_lock>> held; // rows that drivers use
  std::multimap<caf::actor_addr, std::string> sending;             // rows that drivers send, by name
  std::map<std::string, caf::actor_addr> joined;                   // the nodes that joined this one, by address
};

using node_ptr = node_actor::stateful_pointer<node_state>;

/// A host's supervisor: starts worker processes for drivers, tells a driver when one of them ended, and ends them all
/// when their driver is gone. It keeps the rows that drivers send. It names to drivers the nodes that joined it. It
/// trains nothing itself. Give it a system with a thread that lives as long as the system: it waits for its children to
/// be ready, and they end with that thread. (Not a detached one: CAF 0.17 may keep a reference to an actor that a
/// remote one knew, and waits for ever for a detached actor's last reference.)
node_actor::behavior_type node(node_actor::stateful_pointer<node_state> self, node_setup setup);

} // namespace dk
