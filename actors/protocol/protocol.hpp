#pragma once

// The whole protocol of a run on one page. In the words of docs/architecture.md: a ledger leases chunks, a data_loader
// hands out batches, a worker trains and commits, a parameter_server folds and answers with a verdict.
//
//   worker ── work_request ──▶ ledger            ◀── lease (or: no work is left)
//   worker ── chunk_report ──▶ ledger
//   worker ── fetch, credit ─▶ data_loader       ◀── batch, batch, ... last
//   part_reader ── ranges_wanted ─▶ row_keeper   ◀── range_bytes: rows that another process keeps
//   worker ── commit ────────▶ parameter_server  ◀── verdict (and the new center)
//   worker ── pull ──────────▶ parameter_server  ◀── center
//   ledger ── have, fence ───▶ parameter_server  ◀── is the chunk folded in?
//   ledger ── close ─────────▶ parameter_server  ◀── version (behind a barrier: the round is over)
//   validator ── watch ──────▶ parameter_server  ◀── commit_record, of each commit
//   validator ── newest ─────▶ parameter_server  ◀── center, to measure on held-out rows
//   validator ── rate, stop ─▶ ledger            as its measurements ask for
//   driver ── row_affinity ──▶ ledger            whose node has which rows
//   ledger, parameter_server ── chunk_report, commit_record, run_event ──▶ whoever watches

#include "actors/protocol/messages.hpp"
#include "actors/protocol/records.hpp"
#include "actors/protocol/row_ranges.hpp"

#include <caf/actor.hpp>
#include <caf/atom.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

CAF_BEGIN_TYPE_ID_BLOCK(dk, caf::first_custom_type_id)

CAF_ADD_TYPE_ID(dk, (dk::lease))
CAF_ADD_TYPE_ID(dk, (dk::center))
CAF_ADD_TYPE_ID(dk, (dk::center_update))
CAF_ADD_TYPE_ID(dk, (dk::pull))
CAF_ADD_TYPE_ID(dk, (dk::commit))
CAF_ADD_TYPE_ID(dk, (dk::verdict))
CAF_ADD_TYPE_ID(dk, (dk::chunk_id))
CAF_ADD_TYPE_ID(dk, (dk::chunk_report))
CAF_ADD_TYPE_ID(dk, (dk::work_request))
CAF_ADD_TYPE_ID(dk, (dk::fetch))
CAF_ADD_TYPE_ID(dk, (dk::batch))
CAF_ADD_TYPE_ID(dk, (dk::ranges_wanted))
CAF_ADD_TYPE_ID(dk, (dk::range_bytes))
CAF_ADD_TYPE_ID(dk, (dk::row_affinity))
CAF_ADD_TYPE_ID(dk, (dk::commit_lengths))
CAF_ADD_TYPE_ID(dk, (dk::commit_record))
CAF_ADD_TYPE_ID(dk, (dk::validation_report))
CAF_ADD_TYPE_ID(dk, (dk::exact))
CAF_ADD_TYPE_ID(dk, (dk::shard_tally))
CAF_ADD_TYPE_ID(dk, (dk::shard_state))
CAF_ADD_TYPE_ID(dk, (dk::replica_state))
CAF_ADD_TYPE_ID(dk, (dk::ledger_tally))
CAF_ADD_TYPE_ID(dk, (dk::run_event))
CAF_ADD_TYPE_ID(dk, (dk::best_center))

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
CAF_ADD_ATOM(dk, dk, rate_atom, "rate")
CAF_ADD_ATOM(dk, dk, finish_atom, "finish")
CAF_ADD_ATOM(dk, dk, hold_atom, "hold")
CAF_ADD_ATOM(dk, dk, release_atom, "release")

CAF_END_TYPE_ID_BLOCK(dk)

namespace dk {

/// One shard of the center.
using server_actor =
    caf::typed_actor<caf::replies_to<pull>::with<center_update>,               // when this worker may have it
                     caf::replies_to<commit>::with<verdict>,                   //
                     caf::replies_to<newest_atom>::with<center>,               // for whoever only looks
                     caf::replies_to<close_atom, exact>::with<std::uint64_t>,  // the round is over: fold it in, at this
                                                                               // learning rate; version
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
                     caf::reacts_to<rate_atom, exact>,        // the learning rate of the leases from now on
                     caf::reacts_to<stop_atom>,               // no new leases; finish when the last one is back
                     caf::reacts_to<row_affinity>,            // which chunks to offer a worker first
                     caf::reacts_to<check_atom>,              // look at the leases' deadlines (sent by itself)
                     caf::reacts_to<watch_atom, caf::actor>>; // send this actor every chunk_report and run_event

/// Reads rows that are stored on disk, or lie with others, for the loaders: the rows of a fetch as a single batch.
using row_reader_actor = caf::typed_actor<caf::replies_to<fetch>::with<batch>>;

/// Has sealed files, and hands out bytes of them. @throws failure (data) for a file that it does not have
using row_keeper_actor = caf::typed_actor<caf::replies_to<ranges_wanted>::with<range_bytes>>;

/// Cuts leased chunks into batches.
using loader_actor = caf::typed_actor<caf::reacts_to<fetch>, caf::reacts_to<credit_atom, std::uint64_t, std::uint32_t>>;

/// What a run's main actor says to the validator, wherever that is.
using validator_face =
    caf::typed_actor<caf::reacts_to<caf::join_atom, caf::strong_actor_ptr>, // the lone worker
                     caf::replies_to<watch_atom>::with<bool>,               // true, once it hears of every commit
                     caf::replies_to<finish_atom>::with<validation_report>, // of the newest center; then no more
                     caf::replies_to<state_atom>::with<best_center>>;       //

/// Measures centers on held-out rows while training goes on.
using validator_actor = validator_face::extend<caf::reacts_to<commit_record>, // what the shards fold in
                                               caf::reacts_to<chunk_report>,  // what a lone worker trains
                                               caf::reacts_to<run_event>,     //
                                               caf::reacts_to<batch>>;        // from its data_loader

/// Trains one mini-batch per message.
using worker_actor =
    caf::typed_actor<caf::reacts_to<batch>,                           // from its data_loader
                     caf::replies_to<state_atom>::with<center>,       // its replica after its last whole chunk
                     caf::replies_to<hold_atom>::with<replica_state>, // for a checkpoint, likewise; it then waits
                     caf::reacts_to<release_atom>>;                   // until it may go on

} // namespace dk
