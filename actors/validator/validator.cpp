// A validator's states:
//
//              rows enough are trained,             all centers                    the last batch
//              or somebody waits for the last one   have come                      (conclude)
//   waits ─────────────────────────────▶ pulls ─────────────────▶ measures ─────────────────▶ waits
//                                          │ nothing has changed since the last measurement     ▲
//                                          └────────────────────────────────────────────────────┘
//
// `busy` is set in both states on the right; what becomes due meanwhile (`is_due`) begins after.
#include "actors/validator/validator.hpp"

#include "actors/protocol/errors.hpp"
#include "actors/validator/decide.hpp"
#include "nn/model/compute_scope.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cmath>
#include <limits>

namespace dk {

namespace {

using validator_ptr = validator_actor::stateful_pointer<validator_state>;

void begin(validator_ptr self);

void answer_finishing(validator_ptr self) {
  auto& my = self->state;
  for (auto& asker : my.finishing)
    asker.deliver(*my.newest);
  my.finishing.clear();
}

// The measurement is complete.
void conclude(validator_ptr self) {
  auto& my = self->state;
  my.busy = false;
  for (const auto& [name, value] : my.others->values())
    my.now.others[name] = value;
  my.now.seconds = std::chrono::duration<double>(self->clock().now() - my.begun).count();
  const auto rate_before = my.watch.rate();
  my.watch.add(my.now);
  my.newest = my.now;
  if (my.now.best)
    my.best = {my.now, block::copy_of(my.model->weights(), my.model->num_weights())};
  for (const auto& watcher : my.setup.watchers)
    caf::anon_send(watcher, my.now);
  if (!my.now.last)
    decide(self, rate_before);
  if (my.now.last)
    answer_finishing(self);
  else if (my.is_due || !my.finishing.empty())
    begin(self);
}

// When the next measurement is due after one of this many rows.
double due_after(const validator_state& my, std::uint64_t trained) {
  const auto step = my.setup.every * static_cast<double>(my.setup.grid.rows);
  return step > 0 ? (std::floor(static_cast<double>(trained) / step) + 1) * step
                  : std::numeric_limits<double>::infinity();
}

void measure(validator_ptr self) {
  auto& my = self->state;
  my.is_due = false; // also what became due while the centers were on their way: they have it
  my.due = due_after(my, my.now.trained);
  my.now.epoch = static_cast<double>(my.now.trained) / static_cast<double>(my.setup.grid.rows);
  if (my.newest && my.newest->versions == my.now.versions) { // nothing has changed since
    my.busy = false;
    return answer_finishing(self);
  }
  self->send(my.setup.loader, fetch{++my.fetches, {}, {0, my.setup.rows}, my.setup.batch_rows, 1});
}

// The records of all commits in a center come before it, so here its rows are known.
void take(validator_ptr self, std::size_t shard, std::uint64_t offset, const center& newest) {
  auto& my = self->state;
  my.model->adopt(offset, newest.weights);
  my.now.versions[shard] = newest.version;
  my.now.trained = std::min(my.now.trained, my.trained[shard]);
  if (--my.missing == 0)
    measure(self);
}

// A lone worker trains chunk by chunk, and the ledger tells of the last one later.
void take_replica(validator_ptr self, const center& replica) {
  auto& my = self->state;
  const auto chunks = my.setup.chunks + replica.version;
  const auto& grid = my.setup.grid;
  my.trained[0] = chunks / grid.chunks_per_epoch() * grid.rows + grid.range(grid.chunk(chunks)).first;
  take(self, 0, 0, {chunks, replica.weights});
}

// A shard or a worker that is gone ends the run by itself; without a center there is nothing to measure. In words of
// our own: CAF's would say of this actor that it is gone.
void give_up(validator_ptr self, const caf::error& why) {
  auto& my = self->state;
  const auto told =
      is_ours(why) ? why
                   : make_error(errc::connect, "no center came to be measured: " + std::string{to_failure(why).what()});
  my.busy = false;
  ++my.asked;
  for (auto& asker : my.finishing)
    asker.deliver(told);
  my.finishing.clear();
}

// Whoever is watched hears of it before it answers.
template <class Tally, class Watched>
void watch(validator_ptr self, const Watched& whom) {
  ++self->state.unheard;
  self->send(whom, watch_atom_v, caf::actor_cast<caf::actor>(self));
  self->request(whom, caf::infinite, tally_atom_v)
      .then(
          [=](const Tally&) {
            auto& my = self->state;
            if (--my.unheard > 0)
              return;
            for (auto& asker : my.watching)
              asker.deliver(true);
            my.watching.clear();
          },
          [](const caf::error&) {}); // it is gone, which ends the run
}

std::uint64_t trained_everywhere(const validator_state& my) {
  return *std::min_element(my.trained.begin(), my.trained.end());
}

void begin(validator_ptr self) {
  auto& my = self->state;
  const auto& shards = my.setup.shards;
  my.busy = true;
  my.is_due = false;
  my.begun = self->clock().now();
  my.now = {};
  my.others.emplace(my.model->metric_set_of(my.setup.metrics));
  my.now.last = !my.finishing.empty();
  my.now.trained = std::numeric_limits<std::uint64_t>::max();
  my.now.versions.resize(my.trained.size());
  my.missing = my.trained.size();
  const auto is_current = [=, asked = ++my.asked] { return self->state.asked == asked; };
  const auto missed = [=](const caf::error& why) {
    if (is_current())
      give_up(self, why);
  };
  if (shards.empty())
    self->request(my.alone, caf::infinite, state_atom_v)
        .then([=](const center& replica) { take_replica(self, replica); }, missed);
  for (std::size_t i = 0; i < shards.size(); ++i)
    self->request(shards[i].server, caf::infinite, newest_atom_v)
        .then(
            [=, offset = shards[i].offset](const center& newest) {
              if (is_current())
                take(self, i, offset, newest);
            },
            missed);
}

void begin_if_due(validator_ptr self) {
  auto& my = self->state;
  if (my.is_due && !my.busy && (!my.setup.shards.empty() || my.alone))
    begin(self);
}

void count(validator_ptr self, std::size_t shard, std::uint64_t rows) {
  auto& my = self->state;
  my.trained[shard] += rows;
  const auto trained = trained_everywhere(my);
  if (static_cast<double>(trained) < my.due || !my.finishing.empty())
    return;
  my.due = due_after(my, trained);
  my.is_due = true;
  begin_if_due(self);
}

void evaluate(validator_ptr self, const batch& b) {
  auto& my = self->state;
  if (!my.busy || b.lease != my.fetches)
    return;
  {
    const nn::compute_scope computing;
    const auto part = my.model->evaluate(b.features.data(), b.labels.data(), b.rows, &*my.others, nullptr,
                                         b.weights.size() == 0 ? nullptr : b.weights.data());
    my.now.rows += part.rows;
    my.now.loss_sum = my.now.loss_sum + part.loss_sum;
    my.now.correct += part.correct;
    my.now.decisions += part.decisions;
  }
  if (b.last)
    return conclude(self);
  self->send(my.setup.loader, credit_atom_v, b.lease, std::uint32_t{1});
}

void start(validator_ptr self, validator_setup setup) {
  auto& my = self->state;
  my.setup = std::move(setup);
  my.model.emplace(my.setup.make_model());
  my.trained.assign(std::max<std::size_t>(1, my.setup.shards.size()), my.setup.trained);
  my.due = due_after(my, my.setup.trained);
  my.watch = validation_watch{my.setup.rule};
  for (std::size_t i = 0; i < my.setup.earlier.size(); ++i) {
    const auto& report = my.setup.earlier[i];
    my.watch.recall(report, i < my.setup.kept);
    if (report.trained <= my.setup.trained) // of a center that this session goes on from or has come by
      my.newest = report;
  }
  my.watch.begin();
  self->link_to(my.setup.loader); // without rows there is nothing to measure
  for (const auto& shard : my.setup.shards)
    watch<shard_tally>(self, shard.server);
  if (my.setup.shards.empty())
    watch<ledger_tally>(self, my.setup.ledger);
}

} // namespace

validator_actor::behavior_type validator(validator_actor::stateful_pointer<validator_state> self,
                                         validator_setup setup) {
  end_on_exception(self);
  start(self, std::move(setup));
  return {
      [=](const commit_record& record) {
        if (record.kind == verdict_kind::applied)
          count(self, record.shard, record.rows.size());
      },
      [=](const chunk_report& report) { count(self, 0, report.rows); },
      [=](const run_event&) {},
      [=](caf::join_atom, const caf::strong_actor_ptr& worker) {
        self->state.alone = caf::actor_cast<worker_actor>(worker);
        begin_if_due(self);
      },
      [=](watch_atom) -> caf::result<bool> {
        auto& my = self->state;
        if (my.unheard == 0)
          return true;
        my.watching.push_back(self->make_response_promise<bool>());
        return my.watching.back();
      },
      [=](const batch& b) { evaluate(self, b); },
      [=](finish_atom) -> caf::result<validation_report> {
        auto& my = self->state;
        my.is_due = false;
        my.finishing.push_back(self->make_response_promise<validation_report>());
        const auto promise = my.finishing.back();
        if (!my.busy)
          begin(self);
        return promise;
      },
      [=](state_atom) { return self->state.best; },
  };
}

} // namespace dk
