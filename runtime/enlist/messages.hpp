#pragma once

// What the driver, its nodes and their worker processes say to each other, besides the training protocol.
//
//   driver ── hello ──▶ dk_node          ◀── node_info
//   driver ── process_order ─▶ dk_node         ◀── the worker processes it started
//   driver ── enlistment ──▶ dk_worker   ◀── the worker actor inside it
//   driver ── server_enlistment ▶ dk_worker ◀── a parameter_server inside it
//   driver ── piece ──▶ dk_worker        before an enlistment: its large blocks
//   driver ── row_enlistment ▶ dk_worker ◀── a row_worker inside it
//   driver ── rows_recipe ─▶ dk_worker   ◀── rows_made: the node's cache has them, or they are other rows
//   driver ── link_probe ──▶ dk_worker   ◀── the same: how fast is the network?
//   driver ── speed_probe ─▶ dk_worker   ◀── speed_facts: how fast does it train?
//   driver ── rows_offer ──▶ dk_node     ◀── rows_standing: how much of a sealed file is in its cache
//   driver ── rows_piece ──▶ dk_node     ◀── rows_standing
//   dk_node ── process_exit ──▶ driver   as soon as a worker process is dead
//   dk_node ── join ──▶ dk_node          ◀── node_info; a driver that greets the one learns of the other

#include "actors/protocol/row_messages.hpp"
#include "actors/protocol/shard_link.hpp"
#include "runtime/enlist/cargo.hpp"

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

/// How a process of another host reads the training rows of a run itself, and seals them.
struct rows_recipe {
  std::string job;         ///< the resolved config, TOML; its paths are absolute
  std::string pipeline;    ///< what its transforms were fitted to, as data::to_text has it
  std::uint64_t all = 0;   ///< how many rows there are
  std::uint64_t first = 0; ///< of these, the first that is wanted
  std::uint64_t rows = 0;  ///< and how many
  std::string path;        ///< of the sealed file, in the node's cache; its name is the one that its bytes must have
};

/// Bytes that come back at once.
struct link_probe {
  std::vector<char> bytes;
};

/// Asks a process to train a job's model for a moment, on rows that mean nothing.
struct speed_probe {
  std::string job; ///< the resolved config, TOML
  std::uint32_t label_width = 1;
};

/// What came of it.
struct speed_facts {
  std::uint32_t cores = 0;    ///< of the host
  double rows_per_second = 0; ///< of this process
};

/// A file of a source.
struct source_file {
  std::string path;
  std::uint64_t bytes = 0;
  std::string name; ///< of its bytes (common/content_name.hpp)
};

/// What came of a recipe.
struct rows_made {
  bool same = false;              ///< as the rows that were wanted: the file is there
  std::vector<source_file> files; ///< if not: what they were read from
};

/// The rows of a worker whose loader is beside it.
struct rows_there {
  std::string path; ///< of a sealed file; empty: the loader is in the driver's process
  std::uint64_t seed = 1;
  bool shuffle = true;
  bool bootstrap = false;
  std::uint64_t block_rows = 0; ///< as data::shuffle_buffers has them
  std::uint64_t blocks = 0;
};

/// What a worker must be told besides the job, wherever it runs.
struct worker_terms {
  std::uint32_t worker = 0;
  std::uint32_t session = 0;
  std::uint32_t label_width = 1;
  ledger_actor ledger;
  loader_actor loader; ///< in the driver's process, unless `rows` says where they are
  rows_there rows;
  std::vector<shard_link> shards;
  block frozen;          ///< what its frozen layers hold; empty where there are none
  block alone_start;     ///< where a worker without shards starts from
  replica_state resumed; ///< what it goes on from; without weights: it is fresh
};

/// All that a worker process needs to become a worker of a run.
struct enlistment {
  std::string job; ///< the resolved config, TOML
  worker_terms terms;
  manifest goods = {}; ///< its blocks, if they were sent before
};

/// What a shard must be told besides the job, wherever it runs.
struct server_terms {
  std::uint32_t shard = 0;
  std::uint32_t session = 0;
  std::uint64_t offset = 0; ///< of its slice in the model's free weights
  center start;             ///< version 0, or what a checkpoint held
  chunk_set folded;         ///< a checkpoint's; empty for a fresh run
  chunk_grid grid;
  bool keep_bases = false; ///< as in shard_setup
  caf::actor watcher;      ///< hears of every commit
};

/// All that a worker process needs to become a shard of a run's center.
struct server_enlistment {
  std::string job; ///< the resolved config, TOML
  server_terms terms;
  manifest goods = {}; ///< its blocks, if they were sent before
};

/// What a process of a node is for. Workers count against the node's `--workers`, shards do not.
enum class role : std::uint8_t { worker, server };

/// Processes that a driver wants of a node.
struct process_order {
  role what = role::worker;
  std::uint32_t count = 0;
  std::uint32_t tag = 0;   ///< what the driver calls the node
  std::uint64_t model = 0; ///< bytes that the models in each will take
  caf::actor driver;       ///< whom they are for
};

/// All that a worker process needs to work on rows.
struct row_enlistment {
  std::string pipeline;  ///< as data::to_text has it
  bool training = false; ///< as in row_worker_setup
  std::string job;       ///< what describes the model, its loss and metrics: a resolved config, TOML; empty: no model
  block weights;
  std::uint32_t models = 0;
  bool measured = false;
  bool weighted = false;
};

/// The blocks of an enlistment, which may be large.
inline std::vector<block*> blocks_of(server_terms& terms) {
  return {&terms.start.weights};
}
inline std::vector<block*> blocks_of(worker_terms& terms) {
  std::vector<block*> all{&terms.frozen, &terms.alone_start, &terms.resumed.weights, &terms.resumed.moments};
  for (auto& link : terms.shards)
    all.push_back(&link.start.weights);
  return all;
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_info& x) {
  return f(caf::meta::type_name("node_info"), x.version, x.workers, x.free, x.joined);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, worker_process& x) {
  return f(caf::meta::type_name("worker_process"), x.pid, x.port);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_order& x) {
  return f(caf::meta::type_name("process_order"), x.what, x.count, x.tag, x.model, x.driver);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_exit& x) {
  return f(caf::meta::type_name("process_exit"), x.node, x.pid, x.status, x.signal);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, worker_terms& x) {
  return f(caf::meta::type_name("worker_terms"), x.worker, x.session, x.label_width, x.ledger, x.loader, x.rows,
           x.shards, x.frozen, x.alone_start, x.resumed);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, enlistment& x) {
  return f(caf::meta::type_name("enlistment"), x.job, x.terms, x.goods);
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
typename Inspector::result_type inspect(Inspector& f, rows_recipe& x) {
  return f(caf::meta::type_name("rows_recipe"), x.job, x.pipeline, x.all, x.first, x.rows, x.path);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_probe& x) {
  return f(caf::meta::type_name("link_probe"), x.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, speed_probe& x) {
  return f(caf::meta::type_name("speed_probe"), x.job, x.label_width);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, speed_facts& x) {
  return f(caf::meta::type_name("speed_facts"), x.cores, x.rows_per_second);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, source_file& x) {
  return f(caf::meta::type_name("source_file"), x.path, x.bytes, x.name);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_made& x) {
  return f(caf::meta::type_name("rows_made"), x.same, x.files);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_there& x) {
  return f(caf::meta::type_name("rows_there"), x.path, x.seed, x.shuffle, x.bootstrap, x.block_rows, x.blocks);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, server_terms& x) {
  return f(caf::meta::type_name("server_terms"), x.shard, x.session, x.offset, x.start, x.folded, x.grid, x.keep_bases,
           x.watcher);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, server_enlistment& x) {
  return f(caf::meta::type_name("server_enlistment"), x.job, x.terms, x.goods);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_enlistment& x) {
  return f(caf::meta::type_name("row_enlistment"), x.pipeline, x.training, x.job, x.weights, x.models, x.measured,
           x.weighted);
}

} // namespace dk

CAF_BEGIN_TYPE_ID_BLOCK(dk_runtime, caf::id_block::dk_rows::end)

CAF_ADD_TYPE_ID(dk_runtime, (dk::node_info))
CAF_ADD_TYPE_ID(dk_runtime, (dk::worker_process))
CAF_ADD_TYPE_ID(dk_runtime, (std::vector<dk::worker_process>))
CAF_ADD_TYPE_ID(dk_runtime, (dk::process_exit))
CAF_ADD_TYPE_ID(dk_runtime, (dk::enlistment))
CAF_ADD_TYPE_ID(dk_runtime, (dk::server_enlistment))
CAF_ADD_TYPE_ID(dk_runtime, (dk::row_enlistment))
CAF_ADD_TYPE_ID(dk_runtime, (dk::role))
CAF_ADD_TYPE_ID(dk_runtime, (dk::process_order))
CAF_ADD_TYPE_ID(dk_runtime, (dk::manifest))
CAF_ADD_TYPE_ID(dk_runtime, (dk::piece))
CAF_ADD_TYPE_ID(dk_runtime, (dk::piece_request))
CAF_ADD_TYPE_ID(dk_runtime, (dk::rows_offer))
CAF_ADD_TYPE_ID(dk_runtime, (dk::rows_piece))
CAF_ADD_TYPE_ID(dk_runtime, (dk::rows_standing))
CAF_ADD_TYPE_ID(dk_runtime, (dk::link_probe))
CAF_ADD_TYPE_ID(dk_runtime, (dk::speed_probe))
CAF_ADD_TYPE_ID(dk_runtime, (dk::speed_facts))
CAF_ADD_TYPE_ID(dk_runtime, (dk::rows_recipe))
CAF_ADD_TYPE_ID(dk_runtime, (dk::rows_made))
CAF_ADD_TYPE_ID(dk_runtime, (dk::server_actor))
CAF_ADD_TYPE_ID(dk_runtime, (dk::worker_actor))

CAF_ADD_ATOM(dk_runtime, dk, hello_atom, "hello")
CAF_ADD_ATOM(dk_runtime, dk, start_atom, "start")
CAF_ADD_ATOM(dk_runtime, dk, kill_atom, "kill")
CAF_ADD_ATOM(dk_runtime, dk, reap_atom, "reap")
CAF_ADD_ATOM(dk_runtime, dk, arrive_atom, "arrive")
CAF_ADD_ATOM(dk_runtime, dk, due_atom, "due")
CAF_ADD_ATOM(dk_runtime, dk, deliver_atom, "deliver")
CAF_ADD_ATOM(dk_runtime, dk, sync_atom, "sync")

CAF_END_TYPE_ID_BLOCK(dk_runtime)

namespace dk {

/// A host's `dk_node`.
using node_actor = caf::typed_actor<
    caf::replies_to<hello_atom, std::string>::with<node_info>,            // our version; refused when theirs is another
    caf::replies_to<process_order>::with<std::vector<worker_process>>,    //
    caf::replies_to<caf::join_atom, std::string, std::string, caf::actor> // a node: its version, its address, itself
    ::with<node_info>,
    caf::replies_to<rows_offer>::with<rows_standing>, caf::replies_to<rows_piece>::with<rows_standing>,
    caf::reacts_to<kill_atom, std::int32_t>, // this worker process makes no progress
    caf::reacts_to<reap_atom>,               // a child ended (sent by itself)
    caf::reacts_to<caf::close_atom>>;        // end every process and leave (sent by itself)

/// What stands in front of a shard for other processes. With a manifest: the message's cargo was sent before, and that
/// of the answer is to be fetched.
using shard_gate_actor = server_actor::extend<caf::replies_to<piece>::with<bool>,          //
                                              caf::replies_to<piece_request>::with<piece>, //
                                              caf::replies_to<pull, manifest>::with<center_update, manifest>,
                                              caf::replies_to<commit, manifest>::with<verdict, manifest>,
                                              caf::replies_to<newest_atom, manifest>::with<center, manifest>,
                                              caf::replies_to<state_atom, manifest>::with<shard_state, manifest>>;

/// A worker process before and while it works.
using recruit_actor = caf::typed_actor<caf::replies_to<piece>::with<bool>,                      // of what enlists it
                                       caf::replies_to<enlistment>::with<worker_actor>,         //
                                       caf::replies_to<server_enlistment>::with<server_actor>,  //
                                       caf::replies_to<row_enlistment>::with<row_worker_actor>, //
                                       caf::replies_to<rows_recipe>::with<rows_made>,           //
                                       caf::replies_to<link_probe>::with<link_probe>,           //
                                       caf::replies_to<speed_probe>::with<speed_facts>>;

} // namespace dk
