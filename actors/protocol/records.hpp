#pragma once

// What the actors of a run tell about it: to whoever watches, to the logs, to checkpoints and to the report at the end.

#include "actors/protocol/chunk_set.hpp"
#include "actors/protocol/messages.hpp"
#include "common/error.hpp"
#include "nn/loss_sums.hpp"

#include <map>
#include <string>
#include <vector>

namespace dk {

/// How a commit lay to the center it was folded into, on one shard. Squares and products, so that shards and commits
/// can be added up.
struct commit_lengths {
  bool measured = false;   ///< only some commits are, see gauge
  bool knows_base = false; ///< `distance` is known
  exact update;            ///< the commit's squared length, before it was scaled
  exact distance;          ///< squared, of the center from the commit's base
  exact movement;          ///< squared, of the center over its latest versions
  exact along;             ///< the commit times that movement: above 0 when both point the same way
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
  commit_lengths lengths{};
  exact rate = 1;          ///< the worker's learning rate, in parts of the configured one
  std::uint64_t bytes = 0; ///< of a delta that was compressed, as it travels
};

/// What a center was worth on the held-out rows: a line of validation.jsonl.
struct validation_report {
  std::uint64_t trained = 0;           ///< rows, when the center was taken
  exact epoch;                         ///< the same, in epochs
  std::vector<std::uint64_t> versions; ///< of the center, per shard; of a lone worker: its chunks
  std::uint64_t rows = 0;              ///< held out
  exact loss_sum;                      ///< over them
  std::uint64_t correct = 0;
  std::uint64_t decisions = 0;         ///< that `correct` is of; none where outputs are numbers
  exact seconds;                       ///< that the evaluation took
  bool best = false;                   ///< no earlier center of the run was better
  bool last = false;                   ///< at the end of a session, when none was due
  exact rate = 1;                      ///< of the leases from now on
  std::map<std::string, exact> others; ///< the metrics beside loss and accuracy, by name
};

/// The best center that a validator has measured so far.
struct best_center {
  validation_report measured; ///< of no rows: it has measured none yet
  block weights;              ///< the free ones
};

/// As measurements have them.
inline nn::loss_sums metrics_of(const validation_report& measured) {
  return {measured.loss_sum, measured.correct, measured.rows, measured.decisions};
}

/// What a shard did so far, counted by itself.
struct shard_tally {
  std::uint64_t version = 0;
  std::uint64_t folded_rows = 0; ///< added at every fold: more than bitmap_rows would mean rows were doubled
  std::uint64_t bitmap_rows = 0; ///< rows of the chunks whose bit is set
  std::uint64_t duplicates = 0;
  std::uint64_t fenced = 0;
  std::uint64_t rejected = 0;
};

/// A shard as a checkpoint keeps it: the slice and the chunks that are in it, always together.
struct shard_state {
  std::uint32_t shard = 0;
  std::uint64_t offset = 0; ///< of the slice in the flat vector, in floats
  std::uint64_t version = 0;
  block weights;
  chunk_grid grid;
  chunk_set folded; ///< the chunks that are in
};

/// A worker as a checkpoint keeps it, between two chunks: all that its next chunk depends on besides the center. Its
/// random streams are not here: each chunk has its own, from the run's seed.
struct replica_state {
  std::uint64_t chunks = 0; ///< that it has trained since it was started
  std::string optimizer;    ///< its name
  std::uint64_t steps = 0;  ///< that it has taken
  block weights;            ///< of the whole replica; empty: there is no such state
  block moments;            ///< the optimizer's state
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
    noted,          ///< `text` says what was decided
  };
  kind what = kind::worker_joined;
  std::uint32_t worker = 0;
  errc code = errc::internal;
  std::string text;        ///< what happened
  std::string consequence; ///< what was done about it
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit_lengths& x) {
  return f(caf::meta::type_name("commit_lengths"), x.measured, x.knows_base, x.update, x.distance, x.movement, x.along);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit_record& x) {
  return f(caf::meta::type_name("commit_record"), x.seconds, x.shard, x.worker, x.chunk, x.rows, x.base, x.version,
           x.staleness, x.kind, x.scale, x.reason, x.after, x.lengths, x.rate, x.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, validation_report& x) {
  return f(caf::meta::type_name("validation_report"), x.trained, x.epoch, x.versions, x.rows, x.loss_sum, x.correct,
           x.decisions, x.seconds, x.best, x.last, x.rate, x.others);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, best_center& x) {
  return f(caf::meta::type_name("best_center"), x.measured, x.weights);
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
typename Inspector::result_type inspect(Inspector& f, replica_state& x) {
  return f(caf::meta::type_name("replica_state"), x.chunks, x.optimizer, x.steps, x.weights, x.moments);
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
