#include "actors/worker/exchange.hpp"

#include "actors/protocol/countdown.hpp"
#include "actors/protocol/errors.hpp"
#include "actors/worker/error_feedback.hpp"
#include "nn/model/compute_scope.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

void end_with(worker_ptr self, const caf::error& reason, const std::string& what) {
  const auto why = to_failure(reason, errc::connect);
  self->quit(make_error(why.code(), what + ": " + why.what()));
}

// What a commit that is not folded in was to make up for stays unsent.
void take_verdict(worker_ptr self, std::size_t shard, const verdict& answer) {
  auto& exchange = *self->state.under_way;
  if (answer.kind == verdict_kind::applied || answer.came_twice)
    self->state.unsent[shard] = std::move(exchange.unsent[shard]);
  auto& report = exchange.report;
  report.received_bytes += answer.newest.bytes();
  if (answer.kind > report.kind) {
    report.kind = answer.kind;
    report.reason = answer.reason;
    report.again = answer.again;
  }
  report.staleness = std::max(report.staleness, answer.staleness);
}

// Of the chunk that is being trained; 0 between two chunks.
std::uint32_t batches_so_far(const worker_state& my) {
  return my.current.number == 0 ? 0 : my.report.batches;
}

// What is sent of a shard's delta.
delta packed(worker_ptr self, std::size_t shard, const delta& numbers) {
  auto& my = self->state;
  const auto begun = self->clock().now();
  auto made = compress(my.setup.compression, numbers, my.unsent[shard]);
  my.under_way->unsent[shard] = std::move(made.unsent);
  my.under_way->report.sent_bytes += made.sent.bytes();
  my.computing += std::chrono::duration<double>(self->clock().now() - begun).count();
  return std::move(made.sent);
}

// Sends one delta per shard; `on_verdict` hears each answer before `then` runs.
void commit_to_all(worker_ptr self, bool wants_center, const std::vector<std::uint32_t>& after,
                   std::vector<delta> deltas, const std::function<void(std::size_t, const verdict&)>& on_verdict,
                   std::function<void()> then) {
  auto& my = self->state;
  const auto one_is_in = countdown(my.setup.shards.size(), std::move(then));
  my.under_way->unsent.resize(my.setup.shards.size());
  for (std::size_t i = 0; i < my.setup.shards.size(); ++i) {
    const auto& link = my.setup.shards[i];
    const auto& of = my.under_way->of;
    commit message{my.setup.session, link.shard_session, my.setup.id,  of.number, of.chunk,
                   of.rows,          my.base[i].version, wants_center, after[i],  packed(self, i, deltas[i]),
                   of.rate};
    self->request(link.server, my.setup.request_timeout, std::move(message))
        .then(
            [=](const verdict& answer) {
              take_verdict(self, i, answer);
              on_verdict(i, answer);
              one_is_in();
            },
            [=](const caf::error& why) { end_with(self, why, "no verdict from shard " + std::to_string(i)); });
  }
}

// Where a replica goes on that adopts this center: it keeps what its commits have not brought there yet. In rounds that
// counts for a part only, or is a gradient.
block start_from(const worker_state& my, std::size_t shard, const block& newest) {
  return my.setup.exchange.adopts == adoption::every_chunk ? with_unsent(newest, my.unsent[shard]) : newest;
}

// The replica goes on from this center; what it has learned since its commit stays.
void adopt(worker_ptr self, std::size_t shard, center newest, const block& committed = {}) {
  auto& my = self->state;
  const auto begun = self->clock().now();
  const auto offset = my.setup.shards[shard].offset;
  const auto start = start_from(my, shard, newest.weights);
  if (committed.empty())
    my.own->model.adopt(offset, start);
  else
    my.own->model.move(offset, committed.slice(offset, start.size()), start);
  my.start[shard] = start;
  my.base[shard] = std::move(newest);
  my.after[shard] = batches_so_far(my);
  my.computing += std::chrono::duration<double>(self->clock().now() - begun).count();
}

// What a pull is for: the chunk that is being exchanged, or else that which is about to begin.
std::uint64_t lease_at_hand(const worker_state& my) {
  return my.under_way ? my.under_way->of.number : my.current.number;
}

void pull_from(worker_ptr self, std::size_t shard, const std::function<void()>& then) {
  const auto& my = self->state;
  self->request(my.setup.shards[shard].server, my.setup.request_timeout,
                pull{my.setup.id, lease_at_hand(my), my.base[shard].version})
      .then(
          [=](const center_update& newest) {
            auto& state = self->state;
            state.base[shard] = updated(state.base[shard], newest);
            (state.under_way ? state.under_way->report : state.report).received_bytes += newest.bytes();
            then();
          },
          [=](const caf::error& why) { end_with(self, why, "no center from shard " + std::to_string(shard)); });
}

void pull_in_order(worker_ptr self, std::size_t shard, const std::function<void()>& then) {
  if (shard == self->state.setup.shards.size())
    return then();
  pull_from(self, shard, [=] { pull_in_order(self, shard + 1, then); });
}

} // namespace

void commit_movement(worker_ptr self, float scale, std::function<void()> then) {
  auto& my = self->state;
  auto& model = my.own->model;
  const auto replica =
      my.setup.overlap ? block::copy_of(model.weights(), model.num_weights()) : model.release_weights();
  const auto kept = my.setup.overlap ? replica : block{};
  std::vector<delta> deltas;
  for (std::size_t i = 0; i < my.setup.shards.size(); ++i) {
    const auto& start = my.start[i];
    deltas.emplace_back(replica.slice(my.setup.shards[i].offset, start.size()), start, scale);
  }
  commit_to_all(
      self, true, my.under_way->after, std::move(deltas),
      [self, kept](std::size_t shard, const verdict& answer) {
        adopt(self, shard, updated(self->state.base[shard], answer.newest), kept);
      },
      std::move(then));
}

void commit_progress(worker_ptr self, std::function<void()> then) {
  auto& my = self->state;
  const auto begun = self->clock().now();
  const auto replica = my.own->model.release_weights();
  my.own->model.adopt(0, replica);
  std::vector<delta> deltas;
  for (std::size_t i = 0; i < my.setup.shards.size(); ++i) {
    auto& start = my.start[i];
    auto slice = replica.slice(my.setup.shards[i].offset, start.size());
    deltas.emplace_back(slice, start, 1.0F);
    start = std::move(slice);
  }
  my.computing += std::chrono::duration<double>(self->clock().now() - begun).count();
  commit_to_all(
      self, false, my.under_way->after, std::move(deltas), [](std::size_t, const verdict&) {}, std::move(then));
}

void commit_written(worker_ptr self, const std::function<void(const shard_slice&)>& write, std::function<void()> then) {
  auto& my = self->state;
  std::vector<delta> deltas;
  const auto begun = self->clock().now();
  {
    const nn::compute_scope computing;
    for (std::size_t i = 0; i < my.setup.shards.size(); ++i) {
      const auto& center = my.base[i].weights;
      block_writer numbers{center.size()};
      const auto first = my.setup.shards[i].offset;
      write({first, center.size(), my.own->model.weights() + first, center.data(), numbers.data()});
      deltas.emplace_back(std::move(numbers).done());
    }
  }
  my.computing += std::chrono::duration<double>(self->clock().now() - begun).count();
  const std::vector<std::uint32_t> after(my.setup.shards.size(), batches_so_far(my)); // of the next chunk
  commit_to_all(
      self, false, after, std::move(deltas), [](std::size_t, const verdict&) {}, std::move(then));
}

void pull_centers(worker_ptr self, std::function<void()> then) {
  const auto shards = self->state.setup.shards.size();
  if (self->state.setup.gated)
    return pull_in_order(self, 0, std::move(then));
  const auto one_is_in = countdown(shards, std::move(then));
  for (std::size_t i = 0; i < shards; ++i)
    pull_from(self, i, one_is_in);
}

void adopt_centers(worker_ptr self, std::function<void()> then) {
  pull_centers(self, [self, then = std::move(then)] {
    for (std::size_t i = 0; i < self->state.base.size(); ++i)
      adopt(self, i, self->state.base[i]);
    then();
  });
}

std::uint32_t batches_of_chunk(worker_ptr self) {
  return self->state.under_way->report.batches;
}

std::uint64_t rows_of_chunk(worker_ptr self) {
  return self->state.under_way->report.rows;
}

} // namespace dk
