#pragma once

// What the actors of a run say to each other; who says what to whom is in protocol.hpp.

#include "actors/protocol/center_update.hpp"
#include "actors/protocol/chunk.hpp"
#include "actors/protocol/delta.hpp"
#include "actors/protocol/wire.hpp"

#include <caf/meta/type_name.hpp>
#include <string>

namespace dk {

/// The right to work on one chunk. `number` 0 says that no work is left and the worker may leave.
struct lease {
  std::uint64_t number = 0;
  chunk_id chunk;
  row_range rows;
  bool waited = false;     ///< the worker stood in line for it: the center may have moved on meanwhile
  std::uint64_t round = 0; ///< behind a barrier: how often the center has changed
  exact rate = 1;          ///< the worker's learning rate, in parts of the configured one
};

/// How a shard answered a commit.
enum class verdict_kind : std::uint8_t {
  applied,   ///< folded into the center
  duplicate, ///< this chunk had been folded in before; nothing changed
  fenced,    ///< the lease or the run is over; nothing changed
  rejected,  ///< refused, with a reason; nothing changed
};

/// A worker's request for the newest center, to go on from or to move towards.
struct pull {
  std::uint32_t worker = 0;
  std::uint64_t lease = 0; ///< that it is for
  std::uint64_t base = 0;  ///< the version that the worker has, or no_version
};

/// What one chunk produced, for one shard.
struct commit {
  std::uint32_t session = 0;       ///< the number of the session that this belongs to
  std::uint32_t shard_session = 0; ///< the number of the shard's start
  std::uint32_t worker = 0;
  std::uint64_t lease = 0;
  chunk_id chunk;
  row_range rows;
  std::uint64_t base = 0;    ///< version that the replica adopted before
  bool wants_center = false; ///< the verdict shall carry the new center
  std::uint32_t after = 0; ///< with overlap: batches that were trained while the exchange was on its way (exchange.hpp)
  dk::delta delta;
  exact rate = 1; ///< of the lease
};

/// The answer to a commit.
struct verdict {
  verdict_kind kind = verdict_kind::applied;
  std::uint64_t version = 0;   ///< of the center after the commit
  std::uint64_t staleness = 0; ///< version when the commit arrived, minus its base
  exact scale;                 ///< what the delta was multiplied with; 0 when nothing was folded
  std::string reason;          ///< why it was rejected
  bool again = false;          ///< rejected, but not for what is in it: the chunk may be trained again
  center_update newest;        ///< the center at `version`, when it was asked for
  bool came_twice = false;     ///< a duplicate of this worker's own commit, whose delta is in the center
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
  std::uint64_t decisions = 0;               ///< that `correct` is of; none where outputs are numbers
  verdict_kind kind = verdict_kind::applied; ///< the gravest verdict of all shards
  std::uint64_t staleness = 0;               ///< the largest of all shards
  std::string reason;
  bool again = false;               ///< as in verdict
  exact computing_seconds;          ///< inside training steps and exchanges
  exact waiting_seconds;            ///< for leases, batches and verdicts
  std::uint64_t sent_bytes = 0;     ///< of commits, as they travel between processes
  std::uint64_t received_bytes = 0; ///< of centers, likewise
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
  block weights = {}; ///< of each row, or none
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, lease& x) {
  return f(caf::meta::type_name("lease"), x.number, x.chunk, x.rows, x.waited, x.round, x.rate);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, center& x) {
  return f(caf::meta::type_name("center"), x.version, x.weights);
}
inline caf::error inspect(caf::serializer& f, center_update& x) {
  auto weights = x.what == center_update::kind::whole ? x.weights : block{};
  return f(x.what, x.version, x.base, weights, x.change);
}

inline caf::error inspect(caf::deserializer& f, center_update& x) {
  auto bad = f(x.what, x.version, x.base, x.weights, x.change);
  const bool sound = x.what <= center_update::kind::patch &&
                     (x.what != center_update::kind::patch || x.change.form() == number_form::top_k);
  return bad || sound ? bad : caf::sec::invalid_argument;
}

inline std::string to_string(const center_update& x) {
  return "center_update(" + std::to_string(x.version) + ", " + std::to_string(x.bytes()) + " bytes)";
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pull& x) {
  return f(caf::meta::type_name("pull"), x.worker, x.lease, x.base);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit& x) {
  return f(caf::meta::type_name("commit"), x.session, x.shard_session, x.worker, x.lease, x.chunk, x.rows, x.base,
           x.wants_center, x.after, x.delta, x.rate);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, verdict& x) {
  return f(caf::meta::type_name("verdict"), x.kind, x.version, x.staleness, x.scale, x.reason, x.again, x.newest,
           x.came_twice);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chunk_report& x) {
  return f(caf::meta::type_name("chunk_report"), x.lease, x.chunk, x.worker, x.rows, x.batches, x.loss_sum, x.correct,
           x.decisions, x.kind, x.staleness, x.reason, x.again, x.computing_seconds, x.waiting_seconds, x.sent_bytes,
           x.received_bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, work_request& x) {
  return f(caf::meta::type_name("work_request"), x.worker, x.trained);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fetch& x) {
  return f(caf::meta::type_name("fetch"), x.lease, x.chunk, x.rows, x.batch_rows, x.credit);
}

// Weights that there are not take no room.
inline caf::error inspect(caf::serializer& f, batch& x) {
  std::uint8_t flags = (x.last ? 1U : 0U) | (x.weights.size() > 0 ? 2U : 0U);
  if (auto bad = f(x.lease, x.rows, flags, x.features, x.labels))
    return bad;
  return x.weights.size() > 0 ? f(x.weights) : caf::none;
}

inline caf::error inspect(caf::deserializer& f, batch& x) {
  std::uint8_t flags = 0;
  if (auto bad = f(x.lease, x.rows, flags, x.features, x.labels))
    return bad;
  x.last = (flags & 1U) != 0;
  x.weights = {};
  return (flags & 2U) != 0 ? f(x.weights) : caf::none;
}

inline std::string to_string(const batch& x) {
  return "batch(" + std::to_string(x.lease) + ", " + std::to_string(x.rows) + ")";
}

} // namespace dk
