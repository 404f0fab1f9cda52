// A worker's states, one chunk after the other:
//
//           a lease              the last batch              all verdicts
//   asks ────────────▶ trains ──────────────────▶ exchanges ──────────────▶ asks
//    │  (and pulls first,                              │                      ▲
//    │   if it adopts centers)                         │ hold                 │ release
//    │ lease 0: no work is left                        └─────────▶ held ──────┘
//    ▼
//   leaves
//
// With overlap it asks for the next chunk when it begins to exchange, and trains that one meanwhile; a chunk that is
// trained before the exchange of the chunk before is over waits for it (is_trained).
#include "actors/worker/worker.hpp"

#include "actors/protocol/errors.hpp"
#include "actors/worker/exchange.hpp"
#include "actors/worker/replica.hpp"
#include "common/random.hpp"
#include "nn/model/compute_scope.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cmath>
#include <utility>

namespace dk {

namespace {

double seconds_since(worker_ptr self, worker_state::time_point then) {
  return std::chrono::duration<double>(self->clock().now() - then).count();
}

// How many batches the loader may send before it hears of credit again.
std::uint32_t first_credit(const worker_setup& setup) {
  return std::max<std::uint32_t>(1, setup.prefetch);
}

bool must_adopt(const worker_state& my, const lease& granted) {
  switch (my.setup.exchange.adopts) {
  case adoption::every_chunk:
    return my.setup.gated || (granted.waited && !my.under_way); // or else a newer center is on its way already
  case adoption::every_round:
    return granted.round != my.round;
  case adoption::never:
    break;
  }
  return false;
}

void start_chunk(worker_ptr self) {
  auto& my = self->state;
  const auto& granted = my.current;
  my.round = granted.round;
  my.own->optimizer->set_learning_rate(my.configured_rate * granted.rate);
  my.own->model.seed_dropout(
      derive_seed(my.setup.dropout_seed, purpose::dropout, {granted.chunk.epoch, granted.chunk.index}));
  my.report.lease = granted.number;
  my.report.chunk = granted.chunk;
  my.report.worker = my.setup.id;
  my.computing = 0;
  self->send(my.setup.loader,
             fetch{granted.number, granted.chunk, granted.rows, my.setup.batch_rows, first_credit(my.setup)});
}

void take_lease(worker_ptr self, const lease& granted) {
  auto& my = self->state;
  if (my.is_held) {
    my.when_released = [=] { take_lease(self, granted); };
    return;
  }
  my.is_leaving = granted.number == 0;
  if (my.is_leaving) {
    if (!my.under_way && !my.setup.shards.empty() && !my.setup.stays)
      self->quit();
    return;
  }
  my.current = granted;
  if (must_adopt(my, granted))
    adopt_centers(self, [=] { start_chunk(self); });
  else
    start_chunk(self);
}

void ask_for_work(worker_ptr self) {
  auto& my = self->state;
  self->request(my.setup.ledger, my.setup.request_timeout,
                work_request{my.setup.id, my.under_way ? my.under_way->of.number : 0})
      .then([=](const lease& granted) { take_lease(self, granted); },
            [=](const caf::error& why) {
              if (why == caf::sec::request_timeout)
                return ask_for_work(self); // no chunk is open yet; a ledger that is gone is noticed by monitoring
              self->quit(make_error(errc::connect, "the ledger does not answer: " + caf::to_string(why)));
            });
}

void go_on(worker_ptr self) {
  self->state.asked = self->clock().now();
  ask_for_work(self);
}

// Until now the worker has computed or waited.
void tell_times(worker_ptr self, chunk_report& report) {
  const auto& my = self->state;
  report.computing_seconds = my.computing;
  report.waiting_seconds = std::max(0.0, seconds_since(self, my.asked) - my.computing);
}

// The current chunk is trained. Its exchange begins when that of the chunk before is over.
void exchange_chunk(worker_ptr self) {
  auto& my = self->state;
  my.is_trained = my.under_way.has_value();
  if (my.is_trained)
    return;
  my.under_way.emplace();
  auto& exchange = *my.under_way;
  exchange.of = std::exchange(my.current, {});
  exchange.report = std::exchange(my.report, {});
  exchange.after = my.after;
  std::fill(my.after.begin(), my.after.end(), 0U);
  if (my.setup.overlap)
    tell_times(self, exchange.report);
  my.setup.exchange.at_chunk_end(self);
  if (my.setup.overlap)
    go_on(self);
}

void check_fits(const worker_state& my, const batch& b) {
  const auto& model = my.own->model;
  if (b.rows == 0 || b.features.size() != b.rows * model.input_size() ||
      b.labels.size() != b.rows * model.label_width() || (b.weights.size() != 0 && b.weights.size() != b.rows))
    throw failure{errc::shape, "a batch of " + std::to_string(b.features.size()) + " feature and " +
                                   std::to_string(b.labels.size()) + " label values and " +
                                   std::to_string(b.weights.size()) + " weights in " + std::to_string(b.rows) +
                                   " rows does not fit a model of input " + std::to_string(model.input_size())};
}

const float* weights_of(const batch& b) {
  return b.weights.size() == 0 ? nullptr : b.weights.data();
}

void train(worker_ptr self, const batch& b) {
  auto& my = self->state;
  if (b.lease != my.current.number)
    return; // of a chunk that is over
  check_fits(my, b);
  const auto begun = self->clock().now();
  {
    const nn::compute_scope computing{my.setup.threads};
    const nn::batch_view rows{b.features.data(), b.labels.data(), b.rows, weights_of(b)};
    const auto step = my.setup.exchange.train ? my.setup.exchange.train(*my.own, rows)
                                              : my.own->model.train_on_batch(rows, *my.own->optimizer);
    my.report.loss_sum = my.report.loss_sum + step.loss_sum;
    my.report.correct += step.correct;
    my.report.decisions += step.decisions;
    my.report.rows += step.rows;
    ++my.report.batches;
  }
  my.computing += seconds_since(self, begun);
  if (!b.last)
    return self->send(my.setup.loader, credit_atom_v, b.lease, std::uint32_t{1});
  if (!std::isfinite(my.report.loss_sum))
    throw failure{errc::diverged,
                  "the loss of chunk " + to_string(my.current.chunk) + " is not finite; lower learning_rate"};
  exchange_chunk(self);
}

// The replica starts from version 0 of every shard.
void start_replica(worker_ptr self) {
  auto& my = self->state;
  my.own.emplace(my.setup.make_replica());
  my.configured_rate = my.own->optimizer->learning_rate();
  auto& model = my.own->model;
  for (auto& shard : my.setup.shards) {
    const auto& slice = shard.start.weights;
    if (shard.offset > model.num_weights() || slice.size() > model.num_weights() - shard.offset)
      throw failure{errc::shape, "a shard of " + std::to_string(slice.size()) + " weights does not fit a model of " +
                                     std::to_string(model.num_weights())};
    std::copy(slice.begin(), slice.end(), model.weights() + shard.offset);
    my.start.push_back(slice);
    my.base.push_back(std::move(shard.start));
    my.after.push_back(0);
    my.unsent.emplace_back();
    self->monitor(shard.server);
  }
  self->monitor(my.setup.ledger);
  self->monitor(my.setup.loader);
  if (!my.setup.resumed.weights.empty())
    restore(*my.own, std::exchange(my.setup.resumed, {}));
}

center snapshot(const worker_state& my) {
  const auto& model = my.own->model;
  return {my.chunks, block::copy_of(model.weights(), model.num_weights())};
}

replica_state state_of(const worker_state& my) {
  return state_of(*my.own, my.setup.optimizer, my.chunks);
}

bool is_between_chunks(const worker_state& my) {
  return my.current.number == 0 && !my.under_way;
}

// Whoever wants the replica gets it.
void answer_askers(worker_state& my) {
  for (auto& asker : my.asking)
    asker.deliver(snapshot(my));
  my.asking.clear();
  my.is_held = my.holding.pending();
  if (my.is_held)
    std::exchange(my.holding, {}).deliver(state_of(my));
}

void release(worker_ptr self) {
  auto& my = self->state;
  my.holding = {}; // who asked has given up
  my.is_held = false;
  if (const auto go_on_now = std::exchange(my.when_released, {}); go_on_now)
    go_on_now();
}

} // namespace

void finish_chunk(worker_ptr self) {
  auto& my = self->state;
  ++my.chunks;
  auto report = std::move(my.under_way->report);
  my.under_way.reset();
  if (!my.setup.overlap)
    tell_times(self, report);
  self->send(my.setup.ledger, std::move(report));
  answer_askers(my);
  if (my.is_held)
    my.when_released = [=] { go_on(self); };
  else if (!my.setup.overlap)
    go_on(self);
  else if (my.is_leaving)
    self->quit();
  else if (my.is_trained)
    exchange_chunk(self);
}

worker_actor::behavior_type worker(worker_ptr self, worker_setup setup) {
  auto& my = self->state;
  my.setup = std::move(setup);
  end_on_exception(self);
  self->set_down_handler([=](const caf::down_msg& down) {
    const bool failed = is_ours(down.reason); // with an error of dk: it says more
    self->quit(failed ? down.reason
                      : make_error(errc::connect, "the ledger, the data loader or the parameter server is gone"));
  });
  start_replica(self);
  go_on(self);
  return {
      [=](const batch& b) { train(self, b); },
      [=](state_atom) -> caf::result<center> {
        auto& state = self->state;
        if (is_between_chunks(state))
          return snapshot(state);
        state.asking.push_back(self->make_response_promise<center>());
        return state.asking.back();
      },
      [=](hold_atom) -> caf::result<replica_state> {
        auto& state = self->state;
        state.is_held = is_between_chunks(state);
        if (state.is_held)
          return state_of(state);
        state.holding = self->make_response_promise<replica_state>();
        return state.holding;
      },
      [=](release_atom) { release(self); },
  };
}

} // namespace dk
