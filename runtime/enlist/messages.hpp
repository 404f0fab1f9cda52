#pragma once

// What a driver and the processes of its nodes say to each other, besides the training protocol. What it and
// dk_node say is in node_messages.hpp.
//
//   driver ── enlistment ──▶ dk_worker   ◀── the worker actor inside it
//   driver ── server_enlistment ▶ dk_worker ◀── a parameter_server inside it
//   driver ── validator_enlistment ▶ dk_worker ◀── a validator inside it
//   driver ── piece ──▶ dk_worker        before an enlistment: its large blocks
//   driver ── row_enlistment ▶ dk_worker ◀── a row_worker inside it
//   driver ── rows_recipe ─▶ dk_worker   ◀── rows_made: the node's cache has them, or they are other rows
//   driver ── link_probe ──▶ dk_worker   ◀── the same: how fast is the network?
//   driver ── speed_probe ─▶ dk_worker   ◀── speed_facts: how fast does it train?

#include "runtime/enlist/node_messages.hpp"
#include "runtime/transport/messages.hpp"

#include <string>
#include <vector>

namespace dk {

/// Rows that are sealed in a file of their own.
struct recipe_part {
  std::uint64_t first = 0; ///< of all rows that are read
  std::uint64_t rows = 0;
  std::string path; ///< of the sealed file, in the node's cache; its name is the one that its bytes must have
};

/// How a process of another host reads the training rows of a run itself, and seals them.
struct rows_recipe {
  std::string job;                ///< the resolved config, TOML; its paths are absolute
  std::string pipeline;           ///< what its transforms were fitted to, as data::to_text has it
  std::uint64_t all = 0;          ///< how many rows there are
  std::vector<recipe_part> parts; ///< what is wanted of these
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

/// Rows that lie side by side, in a sealed file.
struct part_there {
  std::uint64_t rows = 0;
  std::string name;                   ///< of the file
  std::uint64_t bytes = 0;            ///< likewise
  std::string path;                   ///< on the worker's host; empty: only others have it
  std::vector<std::uint32_t> keepers; ///< places in rows_there::keepers: who is asked for it then, one after the other
};

/// Who has parts that a worker's host does not have.
struct keeper_there {
  row_keeper_actor actor;
  endpoint at;       ///< where its process listens; port 0: the driver's, to which there is a connection
  std::string where; ///< for a person
};

/// The rows of a worker whose loader is beside it.
struct rows_there {
  std::vector<part_there> parts; ///< in order; empty: the loader is in the driver's process
  std::vector<keeper_there> keepers;
  std::uint64_t feature_width = 0;
  std::uint64_t label_width = 0;
  bool weighted = false;
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
  std::vector<shard_link> shards; ///< in another process: without weights to start from, which come from the shards
  block frozen;                   ///< what its frozen layers hold; empty where there are none
  block alone_start;              ///< where a worker without shards starts from
  replica_state resumed;          ///< what it goes on from; without weights: it is fresh
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

/// What a validator must be told besides the job, wherever it is.
struct validator_terms {
  std::uint32_t label_width = 1;
  ledger_actor ledger;
  loader_actor loader; ///< in the driver's process, unless `rows` says where they are
  rows_there rows;
  std::uint64_t held_out = 0;     ///< rows
  std::vector<shard_link> shards; ///< without their starts; none where a lone worker has the center
  block frozen;                   ///< what the frozen layers hold; empty where there are none
  chunk_grid grid;
  std::uint64_t trained = 0; ///< rows, by earlier sessions, as are the next ones
  std::uint64_t chunks = 0;
  std::vector<validation_report> earlier;
  std::uint64_t kept = 0; ///< of these, as in validator_setup
  caf::actor watcher;     ///< hears of every measurement
};

/// All that a worker process needs to become the validator of a run.
struct validator_enlistment {
  std::string job; ///< the resolved config, TOML
  validator_terms terms;
  manifest goods = {}; ///< its blocks, if they were sent before
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
inline std::vector<block*> blocks_of(validator_terms& terms) {
  return {&terms.frozen};
}
inline std::vector<block*> blocks_of(worker_terms& terms) {
  return {&terms.frozen, &terms.alone_start, &terms.resumed.weights, &terms.resumed.moments};
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
typename Inspector::result_type inspect(Inspector& f, recipe_part& x) {
  return f(caf::meta::type_name("recipe_part"), x.first, x.rows, x.path);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_recipe& x) {
  return f(caf::meta::type_name("rows_recipe"), x.job, x.pipeline, x.all, x.parts);
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
typename Inspector::result_type inspect(Inspector& f, part_there& x) {
  return f(caf::meta::type_name("part_there"), x.rows, x.name, x.bytes, x.path, x.keepers);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, keeper_there& x) {
  return f(caf::meta::type_name("keeper_there"), x.actor, x.at.host, x.at.port, x.where);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rows_there& x) {
  return f(caf::meta::type_name("rows_there"), x.parts, x.keepers, x.feature_width, x.label_width, x.weighted, x.seed,
           x.shuffle, x.bootstrap, x.block_rows, x.blocks);
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
typename Inspector::result_type inspect(Inspector& f, validator_terms& x) {
  return f(caf::meta::type_name("validator_terms"), x.label_width, x.ledger, x.loader, x.rows, x.held_out, x.shards,
           x.frozen, x.grid, x.trained, x.chunks, x.earlier, x.kept, x.watcher);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, validator_enlistment& x) {
  return f(caf::meta::type_name("validator_enlistment"), x.job, x.terms, x.goods);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_enlistment& x) {
  return f(caf::meta::type_name("row_enlistment"), x.pipeline, x.training, x.job, x.weights, x.models, x.measured,
           x.weighted);
}

} // namespace dk

CAF_BEGIN_TYPE_ID_BLOCK(dk_runtime, caf::id_block::dk_nodes::end)

CAF_ADD_TYPE_ID(dk_runtime, (dk::enlistment))
CAF_ADD_TYPE_ID(dk_runtime, (dk::server_enlistment))
CAF_ADD_TYPE_ID(dk_runtime, (dk::row_enlistment))
CAF_ADD_TYPE_ID(dk_runtime, (dk::link_probe))
CAF_ADD_TYPE_ID(dk_runtime, (dk::speed_probe))
CAF_ADD_TYPE_ID(dk_runtime, (dk::speed_facts))
CAF_ADD_TYPE_ID(dk_runtime, (dk::rows_recipe))
CAF_ADD_TYPE_ID(dk_runtime, (dk::rows_made))
CAF_ADD_TYPE_ID(dk_runtime, (dk::worker_actor))
CAF_ADD_TYPE_ID(dk_runtime, (dk::validator_enlistment))

CAF_END_TYPE_ID_BLOCK(dk_runtime)

namespace dk {

/// A worker process before and while it works.
using recruit_actor = caf::typed_actor<caf::replies_to<piece>::with<bool>,                     // of what enlists it
                                       caf::replies_to<enlistment>::with<worker_actor>,        //
                                       caf::replies_to<server_enlistment>::with<server_actor>, //
                                       caf::replies_to<validator_enlistment>::with<validator_face>,
                                       caf::replies_to<row_enlistment>::with<row_worker_actor>, //
                                       caf::replies_to<rows_recipe>::with<rows_made>,           //
                                       caf::replies_to<link_probe>::with<link_probe>,           //
                                       caf::replies_to<speed_probe>::with<speed_facts>>;

} // namespace dk
