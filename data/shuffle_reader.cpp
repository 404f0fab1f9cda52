#include "data/shuffle_reader.hpp"

#include "data/batches.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dk::data {

shuffle_reader::shuffle_reader(dataset rows, std::uint64_t seed, bool shuffle, sampling which)
    : rows_(std::move(rows)), seed_(seed), shuffle_(shuffle), sampling_(which) {}

void shuffle_reader::gather(std::uint64_t epoch, std::uint64_t first, std::size_t count, float* features, float* labels,
                            float* weights) {
  if (!last_order_ || last_epoch_ != epoch) {
    last_order_ = order_of(epoch);
    last_epoch_ = epoch;
  }
  const auto order = last_order_;
  if (!order->is_buffered())
    return data::gather(rows_, *order, first, count, features, labels, weights);
  constexpr std::size_t group = 16; // rows whose memory is asked for before the first of them is copied
  std::array<row_order::spot, group> spots{};
  for (std::size_t done = 0; done < count; done += group) {
    const auto now = std::min(group, count - done);
    for (std::size_t i = 0; i < now; ++i) {
      spots[i] = order->spot_of(first + done + i);
      if (now_.is(epoch, spots[i].buffer))
        prefetch_row(line_of(now_, spots[i].inside), width());
    }
    for (std::size_t i = 0; i < now; ++i)
      copy(order, epoch, spots[i], features + (done + i) * rows_.feature_width, labels + (done + i) * rows_.label_width,
           weights == nullptr ? nullptr : weights + done + i);
  }
  // As far into the next buffer as this one is used, and a little more.
  read_to(next_, taken_ * next_.rows / now_.rows + count);
}

std::shared_ptr<const row_order> shuffle_reader::order_of(std::uint64_t epoch) const {
  return std::make_shared<row_order>(seed_, epoch, rows_.rows, shuffle_, sampling_, rows_.buffers);
}

void shuffle_reader::begin(buffer& which, std::shared_ptr<const row_order> order, std::uint64_t epoch,
                           std::uint64_t index) const {
  which.epoch = epoch;
  which.index = index;
  which.rows = order->buffer_rows(index);
  which.order = std::move(order);
  which.read = 0;
  which.lines.resize(which.rows * width());
}

void shuffle_reader::begin_next() {
  if (now_.index + 1 < now_.order->num_buffers())
    begin(next_, now_.order, now_.epoch, now_.index + 1);
  else
    begin(next_, order_of(now_.epoch + 1), now_.epoch + 1, 0);
}

// Block by block, as far as `row` at least.
void shuffle_reader::read_to(buffer& which, std::uint64_t row) const {
  constexpr std::uint64_t ahead = 8; // blocks that the disk is told of before they are read
  const auto block = rows_.buffers.block_rows;
  const auto start_of = [&](std::uint64_t inside) { return rows_.first + which.order->row_at({which.index, inside}); };
  for (row = std::min(row, which.rows); which.read < row;) {
    const auto count = std::min(block, which.rows - which.read);
    for (auto k = which.read == 0 ? 0 : ahead - 1; k < ahead; ++k)
      if (which.read + k * block < which.rows)
        rows_.stored->expect(start_of(which.read + k * block), block);
    rows_.stored->read_lines(start_of(which.read), count, which.lines.data() + which.read * width());
    which.read += count;
  }
}

void shuffle_reader::move_to(const std::shared_ptr<const row_order>& order, std::uint64_t epoch, std::uint64_t index) {
  if (next_.is(epoch, index))
    std::swap(now_, next_);
  else
    begin(now_, order, epoch, index);
  read_to(now_, now_.rows);
  taken_ = 0;
  begin_next();
}

void shuffle_reader::copy(const std::shared_ptr<const row_order>& order, std::uint64_t epoch,
                          const row_order::spot& from, float* features, float* labels, float* weights) {
  if (now_.is_before(epoch, from.buffer))
    move_to(order, epoch, from.buffer);
  if (!now_.is(epoch, from.buffer)) {
    rows_.stored->read(rows_.first + order->row_at(from), 1, features, labels, weights);
    return;
  }
  const auto* const line = line_of(now_, from.inside);
  std::copy_n(line, rows_.feature_width, features);
  std::copy_n(line + rows_.feature_width, rows_.label_width, labels);
  if (rows_.weighted && weights != nullptr)
    *weights = line[rows_.feature_width + rows_.label_width];
  ++taken_;
}

} // namespace dk::data
