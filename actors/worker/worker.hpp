#pragma once

#include "actors/protocol/shard_link.hpp"
#include "actors/worker/replica.hpp"

#include <caf/duration.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace dk {

struct worker_state;
using worker_ptr = worker_actor::stateful_pointer<worker_state>;

/// Whether a chunk starts from the center, or from where the replica was.
enum class adoption : std::uint8_t {
  never,       ///< the replica goes its own way
  every_chunk, ///< with the verdict; after a wait for its lease the worker pulls again
  every_round, ///< pulled when a round begins
};

/// An algorithm's worker rule.
struct exchange_rule {
  std::function<void(worker_ptr)> at_chunk_end; ///< made of the steps in exchange.hpp; ends with finish_chunk
  adoption adopts = adoption::never;
  std::function<nn::loss_sums(replica&, const nn::batch_view&)> train; ///< empty: a step of the replica's optimizer
};

struct worker_setup {
  std::uint32_t id = 0;
  std::uint32_t session = 0;
  ledger_actor ledger;
  loader_actor loader;
  std::vector<shard_link> shards;        ///< empty for a worker that trains alone
  std::function<replica()> make_replica; ///< called once, by the worker itself; frozen weights are set in it
  exchange_rule exchange;
  std::uint32_t batch_rows = 1;
  std::uint32_t prefetch = 4;  ///< batches under way, at least 1
  std::size_t threads = 1;     ///< that a training step uses
  dk::compression compression; ///< of its commits
  bool overlap = false;        ///< the next chunk begins while the exchange of this one is on its way
  bool gated = false; ///< under the policy `wait`: centers that a chunk starts from are pulled before each, and pulls
                      ///< go from shard to shard, so that no two workers hold what the other one waits for
  caf::duration request_timeout = caf::infinite; ///< of requests that go to another process
  std::string optimizer;                         ///< the name of the replica's
  std::uint64_t dropout_seed = 0;                ///< each chunk draws from a stream of its own
  bool stays = false;                            ///< when no work is left: somebody will ask for its state
  replica_state resumed;                         ///< to go on from; without weights: it is fresh
};

struct worker_state {
  static inline const char* name = "worker";
  using time_point = std::chrono::steady_clock::time_point;

  // A chunk that is trained, until its verdicts are in.
  struct exchange {
    lease of;
    chunk_report report;
    std::vector<std::uint32_t> after; // as `after` below, when the chunk was over
    std::vector<block> unsent;        // as `unsent` below, once its commit is folded in
  };

  worker_setup setup;
  std::optional<replica> own;
  double configured_rate = 0; // of the replica's optimizer
  std::vector<center> base;   // per shard: what the replica adopted last
  std::vector<block> start;   // per shard: where the replica was when the movement of its next commit began
  std::vector<block> unsent;  // per shard: what compressed commits have lost; empty: nothing
  lease current;              // that is being trained, or waits for the exchange before it
  chunk_report report;        // of `current`, while it grows
  std::optional<exchange> under_way;
  std::vector<std::uint32_t> after; // per shard: how many batches `current` had when the base was adopted
  bool is_trained = false;          // `current` is
  bool is_leaving = false;          // no work is left
  std::uint64_t round = 0;          // of the center that was adopted last
  std::uint64_t chunks = 0;
  time_point asked; // when the current lease was asked for
  double computing = 0;
  std::vector<caf::typed_response_promise<center>> asking; // who wants the replica when the current chunk is over
  caf::typed_response_promise<replica_state> holding;      // who wants it to be held then
  bool is_held = false;
  std::function<void()> when_released; // what it was about to do
};

/// Trains the chunks that the ledger leases to it, one mini-batch per message, and exchanges at the end of each; with
/// `overlap` it trains the next one meanwhile, and only the exchange after that waits for this one. After
/// a wait for its lease it pulls first, where it adopts centers: waiting in line makes no staleness. Ends in order when
/// no work is left; but one without shards stays, since nobody else has what it learned, and one that is told to. Held,
/// it begins no chunk until it is released. Ends with an error, which the ledger hears of, when its replica diverges or
/// when the ledger, the loader or a shard is gone.
worker_actor::behavior_type worker(worker_ptr self, worker_setup setup);

/// The exchange is over: reports its chunk, and asks for the next one unless that is under way.
void finish_chunk(worker_ptr self);

} // namespace dk
