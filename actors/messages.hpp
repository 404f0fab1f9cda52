#pragma once

// The whole protocol of a run on one page. design.md's words: a ledger leases chunks, a data_loader hands out batches,
// a worker trains and commits, a parameter_server folds and answers with a verdict.
//
//   worker ── work_request ──▶ ledger            ◀── lease (or: no work is left)
//   worker ── chunk_report ──▶ ledger
//   worker ── fetch, credit ─▶ data_loader       ◀── batch, batch, ... last
//   worker ── commit ────────▶ parameter_server  ◀── verdict (and the new center)
//   worker ── pull ──────────▶ parameter_server  ◀── center
//   ledger ── have, fence ───▶ parameter_server  ◀── is the chunk folded in?
//   ledger ── close ─────────▶ parameter_server  ◀── version (behind a barrier: the round is over)
//   ledger, parameter_server ── chunk_report, commit_record, run_event ──▶ whoever watches

#include "actors/chunk.hpp"
#include "actors/delta.hpp"
#include "actors/wire.hpp"
#include "common/error.hpp"

#include <caf/actor.hpp>
#include <caf/atom.hpp>
#include <caf/fwd.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <string>
#include <vector>

namespace dk {

/// The right to work on one chunk. `number` 0 says that no work is left and the worker may leave.
struct lease {
  std::uint64_t number = 0;
  chunk_id chunk;
  row_range rows;
  bool waited = false;     ///< the worker stood in line for it: the center may have moved on meanwhile
  std::uint64_t round = 0; ///< behind a barrier: how often the center has changed
};

/// How a shard answered a commit.
enum class verdict_kind : std::uint8_t {
  applied,   ///< folded into the center
  duplicate, ///< this chunk had been folded in before; nothing changed
  fenced,    ///< the lease or the run is over; nothing changed
  rejected,  ///< refused, with a reason; nothing changed
};

/// The parameters of one shard at one version.
struct center {
  std::uint64_t version = 0;
  block weights;
};

/// A worker's request for the newest center, to go on from or to move towards.
struct pull {
  std::uint32_t worker = 0;
  std::uint64_t lease = 0; ///< that it is for
};

/// What one chunk produced, for one shard.
struct commit {
  std::uint32_t run_epoch = 0;   ///< which start of the driver this belongs to
  std::uint32_t shard_epoch = 0; ///< which start of the shard
  std::uint32_t worker = 0;
  std::uint64_t lease = 0;
  chunk_id chunk;
  row_range rows;
  std::uint64_t base = 0;    ///< version that the replica adopted before
  bool wants_center = false; ///< the verdict shall carry the new center
  std::uint32_t after = 0; ///< with overlap: batches that were trained while the exchange was on its way (exchange.hpp)
  dk::delta delta;
};

/// The answer to a commit.
struct verdict {
  verdict_kind kind = verdict_kind::applied;
  std::uint64_t version = 0;   ///< of the center after the commit
  std::uint64_t staleness = 0; ///< version when the commit arrived, minus its base
  exact scale;                 ///< what the delta was multiplied with; 0 when nothing was folded
  std::string reason;          ///< why it was rejected
  bool again = false;          ///< rejected, but not for what is in it: the chunk may be trained again
  block weights;               ///< the center at `version`, when it was asked for
};

/// What became of one lease, as the worker saw it.
struct chunk_report {
  std::uint64_t lease = 0; ///< 0: the worker has nothing to report
  chunk_id chunk;
  std::uint32_t worker = 0;
  std::uint64_t rows = 0;
  std::uint32_t batches = 0;
  exact loss_sum; ///< over the rows
  std::uint64_t correct = 0;
  verdict_kind kind = verdict_kind::applied; ///< the gravest verdict of all shards
  std::uint64_t staleness = 0;               ///< the largest of all shards
  std::string reason;
  bool again = false;      ///< as in verdict
  exact computing_seconds; ///< inside training steps and exchanges
  exact waiting_seconds;   ///< for leases, batches and verdicts
};

/// Asks the ledger for the next lease.
struct work_request {
  std::uint32_t worker = 0;
  std::uint64_t trained = 0; ///< with overlap: the lease whose chunk is trained and still being exchanged; 0: none
};

/// Asks a data_loader for the batches of one leased chunk.
struct fetch {
  std::uint64_t lease = 0;
  chunk_id chunk;
  row_range rows;
  std::uint32_t batch_rows = 1;
  std::uint32_t credit = 1; ///< batches that may be under way before more credit comes
};

/// One mini-batch: `rows` samples, each contiguous.
struct batch {
  std::uint64_t lease = 0;
  std::uint32_t rows = 0;
  bool last = false; ///< of its chunk: the end of data is said, never guessed from silence
  block features;
  block labels;
};

/// One commit as a shard handled it: a line of commits.jsonl.
struct commit_record {
  exact seconds; ///< since the shard started
  std::uint32_t shard = 0;
  std::uint32_t worker = 0;
  chunk_id chunk;
  row_range rows;
  std::uint64_t base = 0;
  std::uint64_t version = 0; ///< after folding
  std::uint64_t staleness = 0;
  verdict_kind kind = verdict_kind::applied;
  exact scale;
  std::string reason;
  std::uint32_t after = 0; ///< as in commit
};

/// What a shard did so far, counted by itself.
struct shard_tally {
  std::uint64_t version = 0;
  std::uint64_t folded_rows = 0; ///< added at every fold: more than bitmap_rows would mean rows were doubled
  std::uint64_t bitmap_rows = 0; ///< rows of the chunks whose bit is set
  std::uint64_t duplicates = 0;
  std::uint64_t fenced = 0;
  std::uint64_t rejected = 0;
};

/// A shard as a checkpoint keeps it: the slice and the bitmap, always together.
struct shard_state {
  std::uint32_t shard = 0;
  std::uint64_t offset = 0; ///< of the slice in the flat vector, in floats
  std::uint64_t version = 0;
  block weights;
  chunk_grid grid;
  std::vector<std::uint64_t> folded; ///< bit number `grid.number(chunk)` is set when the chunk is in
};

/// Where the ledger stands.
struct ledger_tally {
  std::uint64_t expected_rows = 0; ///< of all chunks that the run means to train
  std::uint64_t done_rows = 0;
  std::uint64_t redone_chunks = 0; ///< leased again after a lease came back
  std::uint32_t workers_alive = 0;
  bool stopped = false; ///< ended before its last chunk, because somebody asked
};

/// Something a person should hear of.
struct run_event {
  enum class kind : std::uint8_t {
    worker_joined,
    worker_left,    ///< in order: no work was left
    worker_lost,    ///< it died; its lease went back
    worker_stalled, ///< it let its lease run out; the lease went back
    finished,       ///< every chunk is done, or the run was stopped in order
    failed,         ///< the run cannot go on: `code` and `text` say why
  };
  kind what = kind::worker_joined;
  std::uint32_t worker = 0;
  errc code = errc::internal;
  std::string text;        ///< what happened
  std::string consequence; ///< what was done about it
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, lease& x) {
  return f(caf::meta::type_name("lease"), x.number, x.chunk, x.rows, x.waited, x.round);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, center& x) {
  return f(caf::meta::type_name("center"), x.version, x.weights);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pull& x) {
  return f(caf::meta::type_name("pull"), x.worker, x.lease);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit& x) {
  return f(caf::meta::type_name("commit"), x.run_epoch, x.shard_epoch, x.worker, x.lease, x.chunk, x.rows, x.base,
           x.wants_center, x.after, x.delta);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, verdict& x) {
  return f(caf::meta::type_name("verdict"), x.kind, x.version, x.staleness, x.scale, x.reason, x.again, x.weights);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chunk_report& x) {
  return f(caf::meta::type_name("chunk_report"), x.lease, x.chunk, x.worker, x.rows, x.batches, x.loss_sum, x.correct,
           x.kind, x.staleness, x.reason, x.again, x.computing_seconds, x.waiting_seconds);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, work_request& x) {
  return f(caf::meta::type_name("work_request"), x.worker, x.trained);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fetch& x) {
  return f(caf::meta::type_name("fetch"), x.lease, x.chunk, x.rows, x.batch_rows, x.credit);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, batch& x) {
  return f(caf::meta::type_name("batch"), x.lease, x.rows, x.last, x.features, x.labels);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit_record& x) {
  return f(caf::meta::type_name("commit_record"), x.seconds, x.shard, x.worker, x.chunk, x.rows, x.base, x.version,
           x.staleness, x.kind, x.scale, x.reason, x.after);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, shard_tally& x) {
  return f(caf::meta::type_name("shard_tally"), x.version, x.folded_rows, x.bitmap_rows, x.duplicates, x.fenced,
           x.rejected);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, shard_state& x) {
  return f(caf::meta::type_name("shard_state"), x.shard, x.offset, x.version, x.weights, x.grid, x.folded);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ledger_tally& x) {
  return f(caf::meta::type_name("ledger_tally"), x.expected_rows, x.done_rows, x.redone_chunks, x.workers_alive,
           x.stopped);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_event& x) {
  return f(caf::meta::type_name("run_event"), x.what, x.worker, x.code, x.text, x.consequence);
}

} // namespace dk

CAF_BEGIN_TYPE_ID_BLOCK(dk, caf::first_custom_type_id)

CAF_ADD_TYPE_ID(dk, (dk::lease))
CAF_ADD_TYPE_ID(dk, (dk::center))
CAF_ADD_TYPE_ID(dk, (dk::pull))
CAF_ADD_TYPE_ID(dk, (dk::commit))
CAF_ADD_TYPE_ID(dk, (dk::verdict))
CAF_ADD_TYPE_ID(dk, (dk::chunk_id))
CAF_ADD_TYPE_ID(dk, (dk::chunk_report))
CAF_ADD_TYPE_ID(dk, (dk::work_request))
CAF_ADD_TYPE_ID(dk, (dk::fetch))
CAF_ADD_TYPE_ID(dk, (dk::batch))
CAF_ADD_TYPE_ID(dk, (dk::commit_record))
CAF_ADD_TYPE_ID(dk, (dk::shard_tally))
CAF_ADD_TYPE_ID(dk, (dk::shard_state))
CAF_ADD_TYPE_ID(dk, (dk::ledger_tally))
CAF_ADD_TYPE_ID(dk, (dk::run_event))

CAF_ADD_ATOM(dk, dk, newest_atom, "newest")
CAF_ADD_ATOM(dk, dk, credit_atom, "credit")
CAF_ADD_ATOM(dk, dk, have_atom, "have")
CAF_ADD_ATOM(dk, dk, fence_atom, "fence")
CAF_ADD_ATOM(dk, dk, watch_atom, "watch")
CAF_ADD_ATOM(dk, dk, tally_atom, "tally")
CAF_ADD_ATOM(dk, dk, state_atom, "state")
CAF_ADD_ATOM(dk, dk, stop_atom, "stop")
CAF_ADD_ATOM(dk, dk, check_atom, "check")
CAF_ADD_ATOM(dk, dk, join_atom, "join")
CAF_ADD_ATOM(dk, dk, close_atom, "close")

CAF_END_TYPE_ID_BLOCK(dk)

namespace dk {

/// One shard of the center.
using server_actor =
    caf::typed_actor<caf::replies_to<pull>::with<center>,                      // when this worker may have it
                     caf::replies_to<commit>::with<verdict>,                   //
                     caf::replies_to<newest_atom>::with<center>,               // for whoever only looks
                     caf::replies_to<close_atom>::with<std::uint64_t>,         // the round is over: fold it in; version
                     caf::replies_to<have_atom, chunk_id>::with<bool>,         // is this chunk folded in?
                     caf::reacts_to<fence_atom, std::uint32_t, std::uint64_t>, // worker, lease: refuse this worker's
                                                                               // leases up to this one
                     caf::replies_to<tally_atom>::with<shard_tally>,           //
                     caf::replies_to<state_atom>::with<shard_state>,           // for a checkpoint
                     caf::reacts_to<watch_atom, caf::actor>>;                  // send this actor every commit_record

/// The driver-side list of chunks.
using ledger_actor =
    caf::typed_actor<caf::replies_to<work_request>::with<lease>,                           //
                     caf::reacts_to<chunk_report>,                                         // a lease is over
                     caf::reacts_to<caf::join_atom, std::uint32_t, caf::strong_actor_ptr>, // watch over this worker
                                                                                           // from now on
                     caf::replies_to<tally_atom>::with<ledger_tally>,                      //
                     caf::reacts_to<stop_atom>,               // no new leases; finish when the last one is back
                     caf::reacts_to<check_atom>,              // look at the leases' deadlines (sent by itself)
                     caf::reacts_to<watch_atom, caf::actor>>; // send this actor every chunk_report and run_event

/// Cuts leased chunks into batches.
using loader_actor = caf::typed_actor<caf::reacts_to<fetch>, caf::reacts_to<credit_atom, std::uint64_t, std::uint32_t>>;

/// Trains one mini-batch per message.
using worker_actor =
    caf::typed_actor<caf::reacts_to<batch>,                      // from its data_loader
                     caf::replies_to<state_atom>::with<center>>; // its replica after its last whole chunk

} // namespace dk
