#pragma once

#include "actors/protocol/protocol.hpp"
#include "actors/validator/validation_rule.hpp"
#include "nn/model/model.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace dk {

/// A shard as a validator knows it.
struct measured_shard {
  server_actor server;
  std::uint64_t offset = 0; ///< of its slice in the model's free weights
};

struct validator_setup {
  std::vector<measured_shard> shards; ///< empty where a lone worker has the center: a `join` names it
  ledger_actor ledger;
  loader_actor loader;                   ///< of the held-out rows
  std::uint64_t rows = 0;                ///< held out, at least 1
  std::uint32_t batch_rows = 128;        ///< measured per message
  std::function<nn::model()> make_model; ///< called once, by the validator itself
  std::vector<spec> metrics;             ///< beside loss and accuracy
  chunk_grid grid;                       ///< of the rows that are trained
  double every = 1;                      ///< epochs between two measurements; 0: only the newest center at the end
  std::uint64_t trained = 0;             ///< rows, by earlier sessions of the run
  std::uint64_t chunks = 0;              ///< likewise
  validation_rule rule;
  std::vector<validation_report> earlier; ///< measured by earlier sessions
  std::size_t kept = no_limit;      ///< so many of these, from the first, may be the best: the center of each that
                                    ///< came after is lost
  std::vector<caf::actor> watchers; ///< are sent every validation_report, and run_events

  static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();
};

struct validator_state {
  static inline const char* name = "validator";

  validator_setup setup;
  std::optional<nn::model> model;
  worker_actor alone;
  std::vector<std::uint64_t> trained; // rows folded in, per shard
  double due = 0;                     // the next measurement, in rows
  bool is_due = false;
  bool busy = false;
  std::uint64_t asked = 0;                                               // how often centers were asked for
  bool stopped = false;                                                  // the ledger was told to
  std::size_t missing = 0;                                               // centers that are on their way
  std::uint64_t fetches = 0;                                             // how often the rows were read
  std::optional<nn::metric_set> others;                                  // likewise
  validation_report now;                                                 // while it grows
  std::optional<validation_report> newest;                               // the last that was measured
  std::vector<caf::typed_response_promise<validation_report>> finishing; // who waits for that of the last center
  std::chrono::steady_clock::time_point begun;
  validation_watch watch;
  best_center best;
  std::size_t unheard = 0;                                 // of those that it watches, who have not confirmed it
  std::vector<caf::typed_response_promise<bool>> watching; // who waits until all have
};

/// Measures centers on held-out rows, beside the training: when every shard has folded in another `every` epochs, it
/// takes the newest snapshot of each, which are shared, not copied, and names their versions. Between two of them a
/// commit may have come: then one shard's is newer, as it is for a worker that pulls. One mini-batch per message. When
/// a measurement takes longer than the next one is away, that one is of a later center. Tells the ledger to stop, or to
/// go on at another learning rate, as its rule says. Ends with its loader.
validator_actor::behavior_type validator(validator_actor::stateful_pointer<validator_state> self,
                                         validator_setup setup);

} // namespace dk
