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
#include "common/text.hpp"
#include "nn/model/compute_scope.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace dk {

namespace {

using validator_ptr = validator_actor::stateful_pointer<validator_state>;

void begin(validator_ptr self);

// "0.005", "5.0".
std::string setting_in_words(double number) {
  auto text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  return text.back() == '.' ? text + '0' : text;
}

void note(validator_ptr self, std::string text) {
  for (const auto& watcher : self->state.setup.watchers)
    caf::anon_send(watcher, run_event{run_event::kind::noted, 0, errc::internal, std::move(text), ""});
}

void answer_finishing(validator_ptr self) {
  auto& my = self->state;
  for (auto& asker : my.finishing)
    asker.deliver(*my.newest);
  my.finishing.clear();
}

// Lets the ledger act on what the rule makes of a measurement.
void decide(validator_ptr self, double rate_before) {
  auto& my = self->state;
  const auto at = fmt::format("validation at epoch {:.2f}", double{my.now.epoch});
  if (my.watch.rate() != rate_before) {
    self->send(my.setup.ledger, rate_atom_v, exact{my.watch.rate()});
    note(self, at + ": the loss improved by less than " + setting_in_words(my.setup.rule.emperor->threshold) +
                   "; the learning rate is divided by " + setting_in_words(my.setup.rule.emperor->divide_by));
  }
  if (my.watch.is_out_of_patience() && !my.stopped) {
    my.stopped = true;
    const auto waited = std::max<std::uint64_t>(1, *my.setup.rule.patience);
    self->send(my.setup.ledger, stop_atom_v);
    note(self, at + ": no improvement in " + counted(waited, "measurement") + "; the run stops");
  }
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
  if (my.now.best) {
    my.best = my.model->all_weights();
    if (my.setup.on_best)
      my.setup.on_best(*my.model);
  }
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

// A shard or a worker that is gone ends the run by itself; without a center there is nothing to measure.
void give_up(validator_ptr self, const caf::error& why) {
  auto& my = self->state;
  my.busy = false;
  ++my.asked;
  for (auto& asker : my.finishing)
    asker.deliver(why);
  my.finishing.clear();
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
  for (const auto& report : my.setup.earlier) {
    my.watch.recall(report);
    if (report.trained <= my.setup.trained) // of a center that this session goes on from or has come by
      my.newest = report;
  }
  my.watch.begin();
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
      [=](state_atom) {
        return center{0, self->state.best};
      },
  };
}

} // namespace dk
