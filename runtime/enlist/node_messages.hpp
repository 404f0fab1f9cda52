#pragma once

// What a driver and a host's dk_node say to each other.
//
//   driver ── hello ──▶ dk_node          ◀── node_info
//   driver ── process_order ─▶ dk_node   ◀── the worker processes it started
//   driver ── room_question ─▶ dk_node   ◀── rows_room: what its cache has room for
//   driver ── rows_offer ──▶ dk_node     ◀── rows_standing: how much of a sealed file is in its cache
//   driver ── rows_piece ──▶ dk_node     ◀── rows_standing
//   dk_node ── process_exit ──▶ driver   as soon as a worker process is dead
//   dk_node ── join ──▶ dk_node          ◀── node_info; a driver that greets the one learns of the other

#include "runtime/transport/messages.hpp"

#include <string>
#include <vector>

namespace dk {

/// Who a node is.
struct node_info {
  std::string version;             ///< of dk
  std::uint32_t workers = 0;       ///< how many worker processes it runs at most
  std::uint32_t free = 0;          ///< how many of them it could start now
  std::vector<std::string> joined; ///< the addresses of the nodes that joined it, HOST:PORT
};

/// A worker process that a node started.
struct worker_process {
  std::int32_t pid = 0;
  std::uint16_t port = 0; ///< where it listens, on the node's address
};

/// How a worker process ended: an exit status, or a signal other than 0.
struct process_exit {
  std::uint32_t node = 0; ///< what the driver called the node when it asked for the process
  std::int32_t pid = 0;
  std::int32_t status = 0;
  std::int32_t signal = 0;
};

/// Asks a node what room its cache has for sealed rows.
struct room_question {
  std::vector<std::string> names; ///< of files that the driver would send; no more than 65,536
};

/// What its cache has room for.
struct rows_room {
  std::uint64_t limit = 0;          ///< bytes that it may take at most
  std::uint64_t bytes = 0;          ///< of these files, if all that is not in use makes room for them
  std::vector<std::uint32_t> there; ///< the places of those that are there, in ascending order
  row_keeper_actor keeper;          ///< hands out their bytes
};

/// Sealed rows that a driver wants a node to have.
struct rows_offer {
  std::string name; ///< of their bytes (common/content_name.hpp)
  std::uint64_t bytes = 0;
  caf::actor driver; ///< the node keeps them for as long as it lives
};

/// Some of their bytes.
struct rows_piece {
  std::string name;
  std::uint64_t bytes = 0; ///< of the whole file
  std::uint64_t first = 0;
  std::vector<char> some;
  caf::actor driver;
};

/// What a node has of them.
struct rows_standing {
  std::uint64_t there = 0; ///< bytes
  bool whole = false;
  bool busy = false; ///< another driver sends them; ask again
  std::string path;  ///< on the node's host, once they are whole
};

/// What a process of a node is for. Workers count against the node's `--workers`, the others do not.
enum class role : std::uint8_t { worker, server, validator };

/// Processes that a driver wants of a node.
struct process_order {
  role what = role::worker;
  std::uint32_t count = 0;
  std::uint32_t tag = 0;   ///< what the driver calls the node
  std::uint64_t model = 0; ///< bytes that the models in each will take
  caf::actor driver;       ///< whom they are for
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_info& x) {
  return f(caf::meta::type_name("node_info"), x.version, x.workers, x.free, x.joined);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, worker_process& x) {
  return f(caf::meta::type_name("worker_process"), x.pid, x.port);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_exit& x) {
  return f(caf::meta::type_name("process_exit"), x.node, x.pid, x.status, x.signal);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, room_question& x) {
  return f(caf::meta::type_name("room_question"), x.names);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_room& x) {
  return f(caf::meta::type_name("rows_room"), x.limit, x.bytes, x.there, x.keeper);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_offer& x) {
  return f(caf::meta::type_name("rows_offer"), x.name, x.bytes, x.driver);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_piece& x) {
  return f(caf::meta::type_name("rows_piece"), x.name, x.bytes, x.first, x.some, x.driver);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_standing& x) {
  return f(caf::meta::type_name("rows_standing"), x.there, x.whole, x.busy, x.path);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_order& x) {
  return f(caf::meta::type_name("process_order"), x.what, x.count, x.tag, x.model, x.driver);
}

} // namespace dk

CAF_BEGIN_TYPE_ID_BLOCK(dk_nodes, caf::id_block::dk_transport::end)

CAF_ADD_TYPE_ID(dk_nodes, (dk::node_info))
CAF_ADD_TYPE_ID(dk_nodes, (dk::worker_process))
CAF_ADD_TYPE_ID(dk_nodes, (std::vector<dk::worker_process>))
CAF_ADD_TYPE_ID(dk_nodes, (dk::process_exit))
CAF_ADD_TYPE_ID(dk_nodes, (dk::role))
CAF_ADD_TYPE_ID(dk_nodes, (dk::process_order))
CAF_ADD_TYPE_ID(dk_nodes, (dk::room_question))
CAF_ADD_TYPE_ID(dk_nodes, (dk::rows_room))
CAF_ADD_TYPE_ID(dk_nodes, (dk::rows_offer))
CAF_ADD_TYPE_ID(dk_nodes, (dk::rows_piece))
CAF_ADD_TYPE_ID(dk_nodes, (dk::rows_standing))

CAF_ADD_ATOM(dk_nodes, dk, hello_atom, "hello")
CAF_ADD_ATOM(dk_nodes, dk, kill_atom, "kill")
CAF_ADD_ATOM(dk_nodes, dk, reap_atom, "reap")

CAF_END_TYPE_ID_BLOCK(dk_nodes)

namespace dk {

/// A host's `dk_node`.
using node_actor = caf::typed_actor<
    caf::replies_to<hello_atom, std::string>::with<node_info>,            // our version; refused when theirs is another
    caf::replies_to<process_order>::with<std::vector<worker_process>>,    //
    caf::replies_to<caf::join_atom, std::string, std::string, caf::actor> // a node: its version, its address, itself
    ::with<node_info>,
    caf::replies_to<room_question>::with<rows_room>, //
    caf::replies_to<rows_offer>::with<rows_standing>, caf::replies_to<rows_piece>::with<rows_standing>,
    caf::reacts_to<kill_atom, std::int32_t>, // this worker process makes no progress
    caf::reacts_to<reap_atom>,               // a child ended (sent by itself)
    caf::reacts_to<caf::close_atom>>;        // end every process and leave (sent by itself)

} // namespace dk
