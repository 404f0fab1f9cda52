#include "actors/worker/data_loader.hpp"

#include "actors/protocol/errors.hpp"
#include "data/batches.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace dk {

namespace {

using loader_ptr = loader_actor::stateful_pointer<loader_state>;

std::uint64_t rows_of_next(const loader_state& my) {
  return std::min<std::uint64_t>(my.current.batch_rows, my.current.rows.last - my.next);
}

batch next_batch(loader_state& my) {
  const auto& rows = my.setup.rows;
  const auto count = rows_of_next(my);
  block_writer features{count * rows.feature_width};
  block_writer labels{count * rows.label_width};
  block_writer weights{rows.weighted ? count : 0};
  data::gather(rows, *my.order, my.next, count, features.data(), labels.data(), weights.data());
  my.next += count;
  return {my.current.lease,           static_cast<std::uint32_t>(count), my.next == my.current.rows.last,
          std::move(features).done(), std::move(labels).done(),          std::move(weights).done()};
}

// Stored rows go to the worker when they have been read; answers come in the order of the questions.
void order_next(loader_ptr self) {
  auto& my = self->state;
  auto part = my.current;
  part.rows = {my.next, my.next + rows_of_next(my)};
  my.next = part.rows.last;
  const bool last = my.next == my.current.rows.last;
  self->request(my.setup.reader, caf::infinite, part)
      .then(
          [self, last, worker = my.worker](batch& read) {
            read.last = last;
            self->send(worker, std::move(read));
          },
          [self](const caf::error& why) { self->quit(why); });
}

void send_batches(loader_ptr self, std::uint32_t credit) {
  auto& my = self->state;
  for (; credit > 0 && my.next < my.current.rows.last; --credit)
    if (my.setup.reader)
      order_next(self);
    else
      self->send(my.worker, next_batch(my));
}

} // namespace

loader_actor::behavior_type data_loader(loader_actor::stateful_pointer<loader_state> self, loader_setup setup) {
  self->state.setup = std::move(setup);
  end_on_exception(self);
  return {
      [=](const fetch& request) {
        auto& my = self->state;
        if (request.rows.last > my.setup.rows.rows || request.rows.first >= request.rows.last ||
            request.batch_rows == 0)
          throw failure{errc::internal, "a fetch of rows [" + std::to_string(request.rows.first) + "," +
                                            std::to_string(request.rows.last) + ") of " +
                                            std::to_string(my.setup.rows.rows)};
        if (!my.order || my.epoch != request.chunk.epoch) {
          my.epoch = request.chunk.epoch;
          my.order.emplace(my.setup.seed, my.epoch, my.setup.rows.rows, my.setup.shuffle, my.setup.sampling,
                           my.setup.rows.buffers);
        }
        my.current = request;
        my.next = request.rows.first;
        my.worker = caf::actor_cast<worker_actor>(self->current_sender());
        send_batches(self, request.credit);
      },
      [=](credit_atom, std::uint64_t lease, std::uint32_t credit) {
        if (lease == self->state.current.lease)
          send_batches(self, credit);
      },
  };
}

} // namespace dk
