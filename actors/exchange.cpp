#include "actors/exchange.hpp"

#include "actors/errors.hpp"
#include "nn/compute_scope.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

block shaped(worker_state& my, std::size_t shard, const shape_rule& shape) {
  const nn::compute_scope computing;
  const auto& link = my.setup.shards[shard];
  const auto& base = my.base[shard].weights;
  block_writer delta{base.size()};
  shape(my.own->model.weights() + link.offset, base.data(), delta.data(), base.size());
  return std::move(delta).done();
}

void adopt_center(worker_state& my, std::size_t shard, std::uint64_t version, const block& weights) {
  my.base[shard] = {version, weights};
  std::copy(weights.begin(), weights.end(), my.own->model.weights() + my.setup.shards[shard].offset);
}

// Calls `then` after it was called `times` times.
std::function<void()> after(std::size_t times, std::function<void()> then) {
  auto left = std::make_shared<std::size_t>(times);
  return [left, then = std::move(then)] {
    if (--*left == 0)
      then();
  };
}

void end_with(worker_ptr self, const caf::error& reason, const std::string& what) {
  const auto why = to_failure(reason, errc::connect);
  self->quit(make_error(why.code(), what + ": " + why.what()));
}

} // namespace

void commit_chunk(worker_ptr self, const shape_rule& shape, bool adopt, std::function<void()> then) {
  auto& my = self->state;
  const auto one_is_in = after(my.setup.shards.size(), std::move(then));
  for (std::size_t i = 0; i < my.setup.shards.size(); ++i) {
    const auto& link = my.setup.shards[i];
    commit message{my.setup.run_epoch, link.shard_epoch,   my.setup.id, my.current.number,   my.current.chunk,
                   my.current.rows,    my.base[i].version, adopt,       shaped(my, i, shape)};
    self->request(link.server, my.setup.request_timeout, std::move(message))
        .then(
            [=](const verdict& answer) {
              auto& state = self->state;
              const auto begun = self->clock().now();
              auto& report = state.report;
              if (answer.kind > report.kind) {
                report.kind = answer.kind;
                report.reason = answer.reason;
              }
              report.staleness = std::max(report.staleness, answer.staleness);
              if (adopt && answer.weights.size() == state.base[i].weights.size())
                adopt_center(state, i, answer.version, answer.weights);
              state.computing += std::chrono::duration<double>(self->clock().now() - begun).count();
              one_is_in();
            },
            [=](const caf::error& why) { end_with(self, why, "no verdict from shard " + std::to_string(i)); });
  }
}

void pull_centers(worker_ptr self, std::function<void()> then) {
  auto& my = self->state;
  const auto one_is_in = after(my.setup.shards.size(), std::move(then));
  for (std::size_t i = 0; i < my.setup.shards.size(); ++i) {
    self->request(my.setup.shards[i].server, my.setup.request_timeout, pull_atom_v)
        .then(
            [=](const center& newest) {
              if (newest.weights.size() != self->state.base[i].weights.size())
                return self->quit(make_error(errc::internal, "shard " + std::to_string(i) + " changed its size"));
              self->state.base[i] = newest;
              one_is_in();
            },
            [=](const caf::error& why) { end_with(self, why, "no center from shard " + std::to_string(i)); });
  }
}

} // namespace dk
